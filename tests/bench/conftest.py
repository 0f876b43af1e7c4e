"""A handful of pages, analysed, in which every word is planted on purpose."""

import pytest

from bench import analysed
from bench.analysed import Analysed
from bench.corpora import Page

PAGES = (
    Page("a", "返品の送料", "不良品の返品は、送料を当店が負担します。\n写真をお送りください。"),
    Page("b", "お届け日の指定", "離島への配送は二日ほど遅れます。返品とは関係がありません。"),
    Page("c", "銀行振込の手数料", '手数料はお客様の負担です。C++ と ¬ と "引用" の説明書。'),
    Page("d", "パスワードを忘れた", "画面から再設定できます。"),
    Page("e", "営業時間", "年末年始は休業します。"),
)


@pytest.fixture(scope="session")
def planted() -> Analysed:
    return analysed.analyse(PAGES, workers=1)
