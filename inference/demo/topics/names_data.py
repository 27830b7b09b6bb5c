# ruff: noqa: E501 - a table: one entry stays on one line
"""Names to be told: listed ones, and made-up ones so that copying is learnt rather than a list."""

from __future__ import annotations

import random

from inference.demo.segment import Language, is_held_out

ENGLISH_NAMES = tuple(
    ["Aaron", "Abigail", "Adam", "Adrian", "Agnes", "Aiko", "Akira", "Alan", "Albert", "Alex", "Alexandra", "Alfred", "Ali", "Alice", "Alicia", "Alina", "Amara", "Amelia", "Amir", "Amy", "Ana", "Andre", "Andrea", "Andrew", "Angela", "Anil", "Anita", "Anna", "Anne", "Anthony", "Anton", "Antonio", "Arjun", "Arthur", "Asha", "Audrey", "Austin", "Ava", "Barbara", "Beatrice", "Ben", "Benjamin", "Bella", "Bernard", "Beth", "Betty", "Bianca", "Bill", "Bob", "Boris", "Brandon", "Brenda", "Brian", "Bruno", "Camila", "Carla", "Carlos", "Carmen", "Carol", "Caroline", "Catherine", "Cecilia", "Charles", "Charlie", "Charlotte", "Chen", "Chloe", "Chris", "Christine", "Claire", "Clara", "Claudia", "Clement", "Colin", "Cynthia", "Daisy", "Dan", "Daniel", "Daria", "David", "Deborah", "Dennis", "Diana", "Diego", "Dmitri", "Dominic", "Donna", "Doris", "Dorothy", "Duncan", "Dylan", "Edgar", "Edith", "Edward", "Elena", "Eli", "Elias", "Elisa", "Elizabeth", "Ella", "Ellen", "Elliot", "Elsa", "Emil", "Emily", "Emma", "Eric", "Erika", "Ernest", "Esther", "Ethan", "Eva", "Evan", "Evelyn", "Fatima", "Felix", "Fiona", "Flora", "Florian", "Frances", "Francis", "Frank", "Fred", "Gabriel", "Gary", "George", "Gerald", "Gina", "Giulia", "Gloria", "Gordon", "Greg", "Greta", "Guido", "Gustav", "Hana", "Hannah", "Hans", "Hao", "Harold", "Harry", "Hassan", "Heidi", "Helen", "Helena", "Henry", "Hiro", "Hugo", "Ian", "Ibrahim", "Igor", "Ingrid", "Irene", "Iris", "Isaac", "Isabel", "Ivan", "Jack", "Jacob", "James", "Jan", "Jane", "Jasmine", "Jason", "Javier", "Jay", "Jean", "Jeff", "Jenny", "Jens", "Jessica", "Jill", "Jim", "Jin", "Joan", "Joe", "Joel", "Johan", "John", "Jonas", "Jorge", "Jose", "Joseph", "Joshua", "Juan", "Judith", "Julia", "Julian", "Julie", "Jun", "Kai", "Karen", "Karl", "Kate", "Katrin", "Kay", "Keiko", "Keith", "Ken", "Kenji", "Kevin", "Kim", "Klaus", "Kurt", "Kyle", "Lara", "Larry", "Laura", "Lea", "Lee", "Lena", "Leo", "Leon", "Leonard", "Lewis", "Lily", "Lin", "Linda", "Ling", "Lisa", "Liu", "Lola", "Lorenzo", "Louis", "Lucas", "Lucia", "Lucy", "Luigi", "Luis", "Luna", "Lydia", "Magnus", "Maria", "Marco", "Margaret", "Maria", "Marie", "Marina", "Mario", "Marta", "Martin", "Mary", "Mateo", "Matt", "Matthew", "Max", "Maya", "Mei", "Melissa", "Michael", "Michelle", "Miguel", "Mika", "Milan", "Ming", "Miriam", "Mohammed", "Molly", "Monica", "Nadia", "Nancy", "Naomi", "Natalie", "Nathan", "Neil", "Nick", "Nicole", "Nikolai", "Nina", "Noah", "Nora", "Norman", "Olaf", "Olga", "Oliver", "Olivia", "Omar", "Oscar", "Otto", "Owen", "Pablo", "Pamela", "Patricia", "Patrick", "Paul", "Paula", "Pedro", "Peggy", "Peter", "Petra", "Philip", "Pierre", "Priya", "Quentin", "Rachel", "Rafael", "Raj", "Ralph", "Ravi", "Raymond", "Rebecca", "Regina", "Rene", "Ricardo", "Richard", "Rita", "Rob", "Robert", "Robin", "Roger", "Roland", "Roman", "Ron", "Rosa", "Ruben", "Rudolf", "Ruth", "Ryan", "Sam", "Samantha", "Samuel", "Sandra", "Sara", "Sarah", "Sasha", "Scott", "Sean", "Sergio", "Seth", "Shirley", "Silvia", "Simon", "Sofia", "Sonia", "Stefan", "Stella", "Stephen", "Steve", "Sue", "Susan", "Sven", "Sylvia", "Takeshi", "Tamara", "Tanya", "Tara", "Ted", "Teresa", "Thomas", "Tim", "Tina", "Tobias", "Todd", "Tom", "Tony", "Tracy", "Ulrich", "Uma", "Ursula", "Valeria", "Vera", "Victor", "Victoria", "Vincent", "Viola", "Vivian", "Wade", "Walter", "Wanda", "Wayne", "Wei", "Wendy", "William", "Xavier", "Yan", "Yasmin", "Yuki", "Yusuf", "Yvonne", "Zachary", "Zara", "Zoe"]
)
CHINESE_SURNAMES = "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高潘簡朱鍾游詹胡彭施沈余趙盧梁顏柯孫魏翁戴范方宋鄧杜傅侯曹溫薛丁馬蔣唐卓藍馮姚石董紀歐程連古汪湯姜田康鄒白尤巫鐘黎涂龔嚴韓袁金童陸夏柳凃邵錢伍倪于譚駱熊任甘秦顧毛章史官萬俞雷粘饒張闕凌"
CHINESE_GIVEN = "志明家豪俊傑宗翰冠廷宜君雅婷怡君淑芬美玲佳穎詩涵欣怡承恩宥廷子晴品妍思妤柏翰彥廷建宏文雄國華金龍秀英麗華玉珍惠雯靜怡心怡雅雯婉婷佩珊郁婷鈺婷哲維哲瑋智偉信宏政憲仁傑育誠博文士軒聖文孟儒韋廷昱翔宇軒浩然天佑立安凱文大為小明曉東春嬌阿德永康福來添財月娥素貞寶珠雪芬錦雲碧霞梅蘭菊竹松柏青山海洋風雨晨星光輝煌達成功勝利民安樂平和順祥瑞慶豐元亨貞吉如意芳香蓉薇莉萍蓮荷桂花葉茵若曦晞樺楓桐杰倫奕辰亦喬芷芸語彤可昕沛晏禹丞睿恩皓予恆毅敏慧巧伶俐琳琪瑜瑩璇珮瓊瑤婕妮娜媛嫻嬿姿妙妘容恬悅情愛念慈"
RARE_CHARACTERS = "堃淼焱垚犇鑫翊翀旻昶晟暐曄赟祐禛稜筠縈翎耘芃苡荃莘菀萱葳蓁蔓薰蘅詠諄謙讚賾軻迦遙鄢鈞銓鋆鎧霈霏靄韡頤顥颺馡駿騏鴻鵬麒麟黛齡娣妍妡姵娟嫆宸寯岑峻崴嵐嶽巖幗庭弘彣彧徽愷懿戎斐旂昀昊晏杏枻梵楚楷榕樂歆殷沅泓洵浚淇淳渝湘溱滕漪澄濬灝烜煒熙燁"
NICKNAMES = tuple(
    ["小明", "小華", "小美", "小玲", "小芳", "小王", "小陳", "小林", "小張", "小李", "阿明", "阿華", "阿德", "阿美", "阿強", "阿國", "阿財", "阿土", "老王", "老張", "老李", "老陳", "大偉", "大明", "小雨", "小安", "小傑", "小婷", "小綠", "小藍", "阿志", "阿宏", "阿玉", "阿菊", "小魚", "小黑", "小白", "小胖", "阿寶", "阿福"]
)
BEGINNINGS = ("b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kr", "l", "m", "n", "p", "ph", "qu", "r", "s", "sh", "st", "t", "th", "tr", "v", "w", "x", "y", "z", "")  # fmt: skip
VOWELS = ("a", "e", "i", "o", "u", "a", "e", "i", "o", "ai", "ee", "ia", "io", "ou", "ae", "y", "ei", "au")
ENDINGS = ("", "", "", "n", "r", "s", "l", "m", "t", "k", "x", "nd", "ck", "lf", "rt", "z", "b", "d", "g", "h", "p", "ng", "ss")


def draw_name(rng: random.Random, language: Language, held_out: bool) -> str:
    """A name that is usual (or not) in the language, from the wanted side of the split."""
    while True:
        foreign = rng.random() < 0.12
        name = _english(rng) if (language == "en") != foreign else _chinese(rng)
        if is_held_out(f"name {name.lower()}") == held_out:
            return name


def _english(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.4:
        name = rng.choice(ENGLISH_NAMES)
    elif kind < 0.9:
        name = "".join(rng.choice(BEGINNINGS) + rng.choice(VOWELS) + rng.choice(ENDINGS) for _ in range(rng.choice((1, 2, 2, 2, 3))))
        name = name.capitalize()
    else:
        name = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 8))).capitalize()
    casing = rng.random()
    return name.lower() if casing < 0.1 else name.upper() if casing < 0.12 else name


def _chinese(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.1:
        return rng.choice(NICKNAMES)
    pool = RARE_CHARACTERS if kind < 0.22 else CHINESE_GIVEN
    given = "".join(rng.choice(pool if rng.random() < 0.7 else CHINESE_GIVEN) for _ in range(rng.choice((1, 2, 2, 2, 2))))
    if kind > 0.9:
        return rng.choice(CHINESE_SURNAMES) + rng.choice(("先生", "小姐", "老師", "經理", "工程師", "太太", "博士"))
    if kind > 0.8 and len(given) == 2:
        return given
    return rng.choice(CHINESE_SURNAMES) + given
