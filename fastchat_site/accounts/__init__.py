"""Who people are: accounts, preferences, throttled log-in. Imports none of our other apps."""
