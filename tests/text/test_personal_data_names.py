"""Personal data: names of persons and street addresses, and what only looks like one."""

import pytest

from kb.text.personal_data import Kind, find
from tests.text.marked import assert_marked


@pytest.mark.parametrize(
    "sentence",
    [
        "<東京都千代田区千代田1-1>",
        "<東京都千代田区千代田１丁目１番１号>まで",
        "<渋谷区渋谷9-9-9 メゾンみなも505号室>。",
        "住所は<北海道札幌市中央区北一条西2丁目3>です",
        "新住所<千葉県船橋市本町2丁目1-1 コーポ水面101>に",
        "<千葉市美浜区ひび野2-10-1 幕張タワーズ 1203号室>",
        "<大阪市北区梅田三丁目2番1号>から",
        "<世田谷区三軒茶屋2-11-20の3階>へ",
        "<福岡県福岡市博多区博多駅前4-5-6-701>、1階",
    ],
)
def test_this_is_a_street_address(sentence: str) -> None:
    assert_marked(sentence, Kind.ADDRESS)


@pytest.mark.parametrize(
    "sentence",
    [
        "<田中>様、<佐藤>さま、<鈴木>さん、<高橋>氏、<伊藤>殿、<岡田>くん、<遠藤>ちゃん",
        "<田中> 様",
        "<斎藤 美咲>様と<加藤健二>様",
        "<ヤマモト ケンタ>様",
        "<ﾀﾅｶ>様",
        "<グエン・ヴァン・アン>様、<ジョン・スミス>さん",
        "<John Smith>様、Mr. <Brown> called",
        "<山口>様、<森>様、<東>様、<南>さん、<関>様",
        "<林>と申します。",
        "<宮崎>と申しますが",
        "「<木村>です」と名乗る女性",
        "名前は<渡辺>、男性",
        "氏名 <中川恵子>／女性",
        "宛名は「<斎藤>」で",
        "夫の<金子>が出る",
        "<山田>宅に配達、<木村>先生",
        "<鈴木一郎>と書いた手紙",
        "取引先の担当の<佐藤>様",
        "<佐川>様がご自分で",
    ],
)
def test_this_is_the_name_of_a_person(sentence: str) -> None:
    assert_marked(sentence, Kind.NAME)


@pytest.mark.parametrize(
    "sentence",
    [
        "山口県のお客様、福島店、宮崎の店舗、千葉の倉庫",
        "お客様、奥様、ご主人様、皆様、どちら様、業者様、お子様、お孫さん、店員さん、大家さん",
        "森の中、林の道、東の窓、南向き、関東",
        "ホンダの発電機、ヤマハさん、パナソニック様、佐川さん、Amazonさん、クロネコさん",
        "山田電機、高橋商店、小林製作所、山田工務店様、さくら歯科様、（株）鈴木様、株式会社田中様",
        "SVの佐藤さん、担当の田中、店長の鈴木さん、前任の高橋さん",
        "仕様、同様、様子、様々、殿堂、氏名、摂氏、くん煙剤、ちゃんと、さんざん",
        "名前は「みなもクリーン」という商品",
        "お名前は？と聞いた",
        "上様で領収書、お得意様、2名様",
        "東京都千代田区の店舗は10-18時、大阪市の店舗は11-19時",
        "渋谷区で1-2日、港区で2-3日かかる",
        "横浜市は11-25から、札幌市まで3日",
        "Aさん、Ｂ様、K.さん、(s)さん",
        "市町村の2-3割",
        "1丁目から3丁目まで",
    ],
)
def test_this_is_nobodys_name_or_address(sentence: str) -> None:
    assert find(sentence) == ()
