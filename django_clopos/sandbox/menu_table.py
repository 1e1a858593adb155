"""What the restaurant sells and cooks with, as rows of names and prices. `menu` makes documents of them."""

# ruff: noqa: RUF001  # Azerbaijani is written with a dotless i

from typing import NamedTuple


class CategoryRow(NamedTuple):
    key: str
    parent: str | None
    name: str
    type: str = "PRODUCT"
    active: bool = True


class DishRow(NamedTuple):
    category: str
    name: str
    price: str
    cost: str
    minutes: int = 10
    by_weight: bool = False


class GoodsRow(NamedTuple):
    category: str
    name: str
    price: str
    cost: str
    variants: tuple[tuple[str, str, str], ...] = ()
    """Name, price and cost of each; a parent with variants has no price of its own."""


class StockRow(NamedTuple):
    category: str
    name: str
    cost: str
    unit_id: int


class ModifierGroupRow(NamedTuple):
    name: str
    single: bool
    choices: tuple[tuple[str, str, str | None], ...]
    """Name, price, and the ingredient it consumes."""
    categories: tuple[str, ...]
    """Dishes of these categories offer the group."""


CATEGORIES = (
    CategoryRow("breakfast", None, "Səhər yeməkləri"),
    CategoryRow("starters", None, "Qəlyanaltılar"),
    CategoryRow("salads", "starters", "Salatlar"),
    CategoryRow("cold", "starters", "Soyuq qəlyanaltılar"),
    CategoryRow("soups", None, "Şorbalar"),
    CategoryRow("mains", None, "Əsas yeməklər"),
    CategoryRow("plov", "mains", "Plovlar"),
    CategoryRow("dolma", "mains", "Dolmalar"),
    CategoryRow("kabab", "mains", "Kabablar"),
    CategoryRow("lamb", "kabab", "Quzu və dana kababları"),
    CategoryRow("chicken", "kabab", "Toyuq kababları"),
    CategoryRow("fish", "mains", "Balıq"),
    CategoryRow("sac", "mains", "Sac yeməkləri"),
    CategoryRow("dough", "mains", "Xəmir yeməkləri"),
    CategoryRow("qutab", "dough", "Qutablar"),
    CategoryRow("xengel", "dough", "Xəngəl və gürzə"),
    CategoryRow("sides", None, "Qarnirlər və çörək"),
    CategoryRow("drinks", None, "İçkilər"),
    CategoryRow("hot", "drinks", "İsti içkilər"),
    CategoryRow("tea", "hot", "Çay"),
    CategoryRow("coffee", "hot", "Qəhvə"),
    CategoryRow("soft", "drinks", "Soyuq içkilər"),
    CategoryRow("sherbet", "soft", "Şərbət və ayran"),
    CategoryRow("bottled", "soft", "Qazlı içkilər və su"),
    CategoryRow("sweets", None, "Şirniyyat"),
    CategoryRow("national", "sweets", "Milli şirniyyat"),
    CategoryRow("cakes", "sweets", "Tortlar"),
    CategoryRow("fun", None, "Əyləncə"),
    CategoryRow("season", None, "Novruz menyusu", active=False),
    CategoryRow("season-sweets", "season", "Novruz şirniyyatı", active=False),
    CategoryRow("meat-stock", None, "Ət və balıq", type="INGREDIENT"),
    CategoryRow("green-stock", None, "Tərəvəz və göyərti", type="INGREDIENT"),
    CategoryRow("dry-stock", None, "Quru məhsullar", type="INGREDIENT"),
    CategoryRow("milk-stock", None, "Süd məhsulları", type="INGREDIENT"),
    CategoryRow("kitchen-account", None, "Mətbəx gəliri", type="ACCOUNTING"),
    CategoryRow("bar-account", None, "Bar gəliri", type="ACCOUNTING"),
)

DISHES = (
    DishRow("breakfast", "Pomidor çığırtması", "6.50", "2.1", 8),
    DishRow("breakfast", "Kükü", "7.00", "2.35", 12),
    DishRow("breakfast", "Qaymaq və bal", "8.50", "4.2", 3),
    DishRow("breakfast", "Şor və göyərti", "5.00", "1.9", 3),
    DishRow("salads", "Çoban salatı", "6.00", "1.8", 6),
    DishRow("salads", "Manqal salatı", "7.50", "2.4", 12),
    DishRow("salads", "Toyuqlu Sezar", "11.90", "4.3375", 8),
    DishRow("salads", "Paytaxt salatı", "7.00", "2.6", 5),
    DishRow("cold", "Pendir assorti", "12.00", "6.45", 4),
    DishRow("cold", "Turşu assorti", "6.50", "1.75", 3),
    DishRow("cold", "Badımcan ruleti", "8.00", "2.9", 6),
    DishRow("soups", "Piti", "9.50", "4.1", 15),
    DishRow("soups", "Dovğa", "5.00", "1.4", 5),
    DishRow("soups", "Küftə-bozbaş", "8.50", "3.25", 12),
    DishRow("soups", "Düşbərə", "7.50", "2.6125", 14),
    DishRow("soups", "Mərci şorbası", "4.90", "1.1", 6),
    DishRow("plov", "Şah plov", "28.00", "11.5", 40),
    DishRow("plov", "Səbzi plov", "16.50", "7.2", 20),
    DishRow("plov", "Qovurma plov", "17.00", "7.85", 20),
    DishRow("plov", "Şirin plov", "14.00", "4.9", 20),
    DishRow("plov", "Toyuq çığırtma plov", "13.50", "5.1", 20),
    DishRow("dolma", "Yarpaq dolması", "12.00", "4.75", 12),
    DishRow("dolma", "Kələm dolması", "10.50", "3.9", 12),
    DishRow("dolma", "Üç bacı dolması", "13.00", "4.6", 14),
    DishRow("lamb", "Lülə kabab", "9.90", "4.2625", 16),
    DishRow("lamb", "Quzu tikə kababı", "12.50", "6.1", 18),
    DishRow("lamb", "Quzu qabırğası", "16.00", "8.4", 22),
    DishRow("lamb", "Dana antrekot", "14.00", "7.15", 18),
    DishRow("chicken", "Toyuq lüləsi", "7.90", "2.8", 15),
    DishRow("chicken", "Toyuq tikəsi", "8.50", "3.2", 15),
    DishRow("chicken", "Toyuq qanadı", "7.00", "2.55", 15),
    DishRow("fish", "Nərə kababı", "24.00", "13.2", 20),
    DishRow("fish", "Kütüm ləvəngi", "26.00", "12.75", 35),
    DishRow("fish", "Farel (kq)", "22.50", "11.9", 25, by_weight=True),
    DishRow("sac", "Quzu sac", "32.00", "14.8", 30),
    DishRow("sac", "Toyuq sac", "26.00", "9.9", 28),
    DishRow("qutab", "Ət qutabı", "1.80", "0.62", 8),
    DishRow("qutab", "Göy qutabı", "1.50", "0.38", 8),
    DishRow("qutab", "Balqabaq qutabı", "1.50", "0.41", 8),
    DishRow("xengel", "Gürzə", "9.00", "3.05", 15),
    DishRow("xengel", "Qiymə xəngəl", "9.50", "3.4", 15),
    DishRow("sides", "Kartof fri", "4.00", "0.95", 8),
    DishRow("sides", "Düyü", "3.50", "0.7", 5),
    DishRow("sides", "Manqalda tərəvəz", "6.00", "1.6", 12),
    DishRow("sides", "Təndir çörəyi", "0.60", "0.18", 1),
    DishRow("sides", "Lavaş", "0.40", "0.11", 1),
    DishRow("tea", "Armudu çay", "1.20", "0.15", 3),
    DishRow("tea", "Çaynik çay", "4.00", "0.45", 5),
    DishRow("tea", "Kəklikotu çayı", "5.00", "0.6", 5),
    DishRow("tea", "Çay dəsti", "15.00", "4.8", 6),
    DishRow("coffee", "Espresso", "3.50", "0.75", 3),
    DishRow("coffee", "Kapuçino", "5.50", "1.3", 4),
    DishRow("coffee", "Latte", "5.90", "1.45", 4),
    DishRow("coffee", "Türk qəhvəsi", "4.50", "0.8", 6),
    DishRow("sherbet", "Ayran", "2.50", "0.55", 1),
    DishRow("sherbet", "Feyxoa şərbəti", "4.00", "1.05", 2),
    DishRow("sherbet", "Zəfəran şərbəti", "4.50", "1.6", 2),
    DishRow("sherbet", "Tərxun limonadı", "3.90", "0.9", 2),
    DishRow("national", "Bakı paxlavası", "3.50", "1.25", 1),
    DishRow("national", "Şəkərbura", "2.80", "0.95", 1),
    DishRow("national", "Şəki halvası (kq)", "18.00", "8.1", 1, by_weight=True),
    DishRow("national", "Qoğal", "1.50", "0.4", 1),
    DishRow("cakes", "Tiramisu", "8.90", "3.1", 1),
    DishRow("cakes", "Napoleon", "6.50", "2.2", 1),
    DishRow("cakes", "Medovik", "6.90", "2.25", 1),
    DishRow("season-sweets", "Novruz xonçası", "25.00", "9.5", 5),
)

GOODS = (
    GoodsRow(
        "bottled", "Kola", "0", "0", (("0.33 L", "2.50", "1.1"), ("0.5 L", "3.00", "1.35"), ("1 L", "4.50", "2.1"))
    ),
    GoodsRow("bottled", "Portağal qazozu", "0", "0", (("0.33 L", "2.50", "1.1"), ("0.5 L", "3.00", "1.35"))),
    GoodsRow("bottled", "Mineral su", "0", "0", (("0.5 L", "1.50", "0.55"), ("1 L", "2.20", "0.9"))),
    GoodsRow("bottled", "Nar suyu", "5.50", "3.85"),
    GoodsRow("bottled", "Alma suyu", "4.00", "2.4"),
    GoodsRow("national", "Ərik mürəbbəsi (banka)", "9.00", "5.2"),
    GoodsRow("tea", "Qara çay (qutu)", "7.50", "5.25"),
)

TIMERS = (("Bilyard", 60, "10.00", "8.00"), ("Oyun otağı", 60, "6.00", "5.00"), ("Karaoke kabineti", 30, "15.00", "12"))

PREPARATIONS = (
    StockRow("meat-stock", "Dolma içi", "9.2", 2),
    StockRow("dry-stock", "Xəngəl xəmiri", "1.1", 2),
    StockRow("dry-stock", "Dəmlənmiş düyü", "1.95", 2),
    StockRow("milk-stock", "Sarımsaqlı qatıq", "2.4", 2),
)

INGREDIENTS = (
    StockRow("meat-stock", "Quzu əti", "15.5", 2),
    StockRow("meat-stock", "Dana əti", "14.2", 2),
    StockRow("meat-stock", "Toyuq filesi", "8.4", 2),
    StockRow("meat-stock", "Nərə balığı", "38", 2),
    StockRow("meat-stock", "Kütüm", "19.5", 2),
    StockRow("green-stock", "Pomidor", "2.1", 2),
    StockRow("green-stock", "Xiyar", "1.9", 2),
    StockRow("green-stock", "Soğan", "0.9", 2),
    StockRow("green-stock", "Badımcan", "1.6", 2),
    StockRow("green-stock", "Kartof", "0.95", 2),
    StockRow("green-stock", "Kələm", "0.8", 2),
    StockRow("green-stock", "Göyərti", "4.2", 2),
    StockRow("green-stock", "Yarpaq (tənək)", "7.3", 2),
    StockRow("green-stock", "Sarımsaq", "5.1", 2),
    StockRow("dry-stock", "Düyü (basmati)", "3.6", 2),
    StockRow("dry-stock", "Un", "0.95", 2),
    StockRow("dry-stock", "Şəkər", "1.5", 2),
    StockRow("dry-stock", "Qoz ləpəsi", "16.8", 2),
    StockRow("dry-stock", "Çay (quru)", "21.25", 2),
    StockRow("dry-stock", "Qəhvə dənəsi", "29.9", 2),
    StockRow("dry-stock", "Zəfəran", "1870.3333", 2),
    StockRow("milk-stock", "Kərə yağı", "13.4", 2),
    StockRow("milk-stock", "Qatıq", "2.2", 2),
    StockRow("milk-stock", "Pendir", "11.75", 2),
    StockRow("milk-stock", "Süd", "1.85", 3),
    StockRow("milk-stock", "Yumurta", "0.22", 1),
)

RECIPES: dict[str, tuple[tuple[str, str], ...]] = {
    "Pomidor çığırtması": (("Pomidor", "0.250"), ("Yumurta", "3.000"), ("Kərə yağı", "0.020")),
    "Çoban salatı": (("Pomidor", "0.150"), ("Xiyar", "0.120"), ("Soğan", "0.030"), ("Göyərti", "0.015")),
    "Dovğa": (("Qatıq", "0.300"), ("Göyərti", "0.060"), ("Düyü (basmati)", "0.020")),
    "Düşbərə": (("Xəngəl xəmiri", "0.090"), ("Quzu əti", "0.080"), ("Soğan", "0.020")),
    "Şah plov": (("Dəmlənmiş düyü", "0.400"), ("Quzu əti", "0.250"), ("Kərə yağı", "0.080"), ("Zəfəran", "0.001")),
    "Səbzi plov": (("Dəmlənmiş düyü", "0.300"), ("Quzu əti", "0.180"), ("Göyərti", "0.120")),
    "Yarpaq dolması": (("Dolma içi", "0.180"), ("Yarpaq (tənək)", "0.060"), ("Sarımsaqlı qatıq", "0.080")),
    "Kələm dolması": (("Dolma içi", "0.180"), ("Kələm", "0.150")),
    "Lülə kabab": (("Quzu əti", "0.220"), ("Soğan", "0.040")),
    "Quzu tikə kababı": (("Quzu əti", "0.300"),),
    "Toyuq tikəsi": (("Toyuq filesi", "0.280"),),
    "Nərə kababı": (("Nərə balığı", "0.300"),),
    "Ət qutabı": (("Un", "0.050"), ("Dana əti", "0.045"), ("Soğan", "0.010")),
    "Göy qutabı": (("Un", "0.050"), ("Göyərti", "0.050")),
    "Kartof fri": (("Kartof", "0.250"),),
    "Armudu çay": (("Çay (quru)", "0.003"),),
    "Çaynik çay": (("Çay (quru)", "0.010"),),
    "Kapuçino": (("Qəhvə dənəsi", "0.018"), ("Süd", "0.150")),
    "Ayran": (("Qatıq", "0.180"),),
    "Bakı paxlavası": (("Un", "0.030"), ("Qoz ləpəsi", "0.040"), ("Şəkər", "0.030")),
    "Dəmlənmiş düyü": (("Düyü (basmati)", "0.450"), ("Kərə yağı", "0.030")),
    "Sarımsaqlı qatıq": (("Qatıq", "0.950"), ("Sarımsaq", "0.050")),
}

UNLISTED_INGREDIENT = ("Piti", "Göyçə noxudu", "0.050")
"""A dish, an ingredient that is in no list, and how much: the remote nests what it does not list.

Source: wire contract 12, recipe items are products of their own."""

MODIFIER_GROUPS = (
    ModifierGroupRow(
        "Bişmə dərəcəsi", True, (("Az bişmiş", "0", None), ("Orta", "0", None), ("Tam bişmiş", "0", None)), ("lamb",)
    ),
    ModifierGroupRow(
        "Əlavələr",
        False,
        (("Soğan", "0.50", "Soğan"), ("Göyərti", "1.00", "Göyərti"), ("Narşərab", "0.80", None)),
        ("lamb", "chicken", "fish", "sac"),
    ),
    ModifierGroupRow(
        "Qatıq", False, (("Sarımsaqlı", "1.20", "Sarımsaqlı qatıq"), ("Sadə", "0.90", "Qatıq")), ("dolma", "xengel")
    ),
    ModifierGroupRow(
        "Süd", True, (("Adi süd", "0", "Süd"), ("Badam südü", "1.50", None), ("Laktozasız", "1.00", None)), ("coffee",)
    ),
)
