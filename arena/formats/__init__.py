"""Files of votes in the forms that other arenas read and write. Only text and plain values: nothing here is stored."""
