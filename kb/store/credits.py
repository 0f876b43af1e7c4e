"""Credits: in how many calls pages answered that somebody's stories became or support."""

from datetime import datetime

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session, aliased

from kb.rules.calls import StepKind
from kb.rules.desk import Bond
from kb.rules.pages import Kind
from kb.rules.review_states import State
from kb.store.calls import CallStep
from kb.store.lineages import Lineage
from kb.store.pages import Page, Revision
from kb.store.users import User


def calls_by_teller(db: Session, *, since: datetime, until: datetime) -> dict[int, int]:
    """Person → in how many calls of this time their stories answered, by themselves or as part of a page.

    Each call counts once for a person; who had none, and who can't sign in any more, is left out.
    """
    told = select(Lineage.teller_id.label("user_id"), Lineage.page_id.label("page_id"))
    told = told.where(Lineage.bond == Bond.SUPPORTS, Lineage.teller_id.is_not(None))
    earlier = aliased(Revision)
    before = select(earlier.id).where(
        earlier.page_id == Revision.page_id, earlier.state == State.APPROVED, earlier.number < Revision.number
    )
    # A case that was published as it was submitted is its author's story itself.
    cases = select(Revision.author_id, Revision.page_id).join(Page, Page.id == Revision.page_id)
    cases = cases.where(Page.kind == Kind.CASE, Revision.state == State.APPROVED, Revision.submitted_at.is_not(None))
    pairs = union(told, cases.where(Revision.author_id.is_not(None), ~before.exists())).subquery()
    rows = select(pairs.c.user_id, func.count(CallStep.call_id.distinct()))
    rows = rows.join(CallStep, CallStep.page_id == pairs.c.page_id).join(User, User.id == pairs.c.user_id)
    rows = rows.where(CallStep.kind == StepKind.USE, CallStep.undone_at.is_(None), User.disabled_at.is_(None))
    rows = rows.where(CallStep.at >= since, CallStep.at < until).group_by(pairs.c.user_id)
    return dict(db.execute(rows).all())
