"""The pages of a small shop, to search in."""

from dataclasses import replace as changed

from kb.rules.pages import Audience
from kb.search.port import Document, Found

PUBLIC, STAFF, SV = Audience.PUBLIC, Audience.STAFF, Audience.SV

BLANK = Document(
    page_id=0,
    revision_id=0,
    audience=PUBLIC,
    language="ja",
    kind="faq",
    category="配送",
    confidence="validated",
    tags=(),
    title="",
    phrases=(),
    body="",
    staff="",
    sv="",
    updated_at=1_760_000_000,
)


def page(page_id: int, **fields: object) -> Document:
    return changed(BLANK, page_id=page_id, **({"revision_id": page_id * 10} | fields))  # type: ignore[arg-type]


SHOP = (
    page(
        1,
        title="お届け日を指定できますか",
        phrases=("いつ届きますか", "誕生日までに欲しい"),
        tags=("日時指定",),
        body="ご注文の画面で、お届けの日と時間帯をお選びいただけます。離島へのお届けは二日ほど遅れます。",
        staff="倉庫の在庫があれば、翌日便に切り替えられます。",
        sv="翌日便の費用は二千円まで免除できます。",
    ),
    page(
        2,
        category="返品",
        title="返品の送料はどちらの負担ですか",
        body="不良品の返品送料は当店が負担します。お客様のご都合による返品は、送料をご負担ください。",
        tags=("返品", "送料"),
    ),
    page(3, category="支払い", title="銀行振込の手数料", body="振り込み手数料はお客様のご負担です。", kind="faq"),
    page(
        4,
        kind="procedure",
        audience=STAFF,
        category="支払い",
        title="二重請求の返金手順",
        body="返金は三営業日以内に振り込む。",
        sv="五万円を超える返金は本部に届け出る。",
    ),
    page(5, kind="case", audience=SV, category="クレーム", title="怒鳴るお客様への対応", body="名乗ってから切電する。"),
    page(
        6,
        kind="faq",
        category="商品",
        title="プリンターの電源が入らない",
        body="電源ケーブルを抜いて一分待ちます。型番はAB-1200です。",
        phrases=("電源がつかない",),
    ),
    page(
        7, category="商品", title="電源が入る時刻を予約する", body="エアコンの電源が入る時刻は、設定の画面で選べます。"
    ),
    page(8, language="en", category="delivery", title="Delivery dates", body="You can choose the date of delivery."),
)


def ids(found: Found) -> list[int]:
    return [hit.page_id for hit in found.hits]
