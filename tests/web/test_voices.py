"""Voices and tasks by their forms: each goes its way once, and nobody else's is seen."""

from collections.abc import Callable

from kb.rules import clock
from kb.rules.roles import Role
from kb.store.base import Store
from kb.store.voices import Task, Voice
from tests.conftest import Browser
from tests.make import make_actor
from tests.web.gathering import of


def test_voices_and_tasks_go_their_way_once(store: Store, sign_in: Callable[[Role], Browser]) -> None:
    sv, teller = sign_in(Role.SV), sign_in(Role.OPERATOR)
    assert sv.submit("/ja/voices", {"action": "raise", "words": " "}).status_code == 422
    assert sv.submit("/ja/voices", {"action": "raise", "words": "=色を選びたい"}).status_code == 303
    id = of(store, Voice)[0].id
    assert sv.submit("/ja/voices", {"action": "send", "id": id}).status_code == 303
    assert sv.submit("/ja/voices", {"action": "send", "id": id}).status_code == 409
    assert "返事を待つ" in sv.get("/ja/voices").text
    assert sv.submit("/ja/voices", {"action": "answer", "id": id, "answer": ""}).status_code == 422
    assert sv.submit("/ja/voices", {"action": "answer", "id": id, "answer": "春に"}).status_code == 303
    assert sv.submit("/ja/voices", {"action": "answer", "id": id, "answer": "夏に"}).status_code == 409
    assert sv.submit("/ja/voices", {"action": "dance", "id": id}).status_code == 422
    assert "春に" in sv.get("/ja/voices?state=answered").text
    table = sv.get("/ja/voices.csv")
    assert table.mimetype == "text/csv"
    assert "'=色を選びたい" in table.data.decode("utf-8-sig")
    with store.writing() as db:
        owner = make_actor(db)
        task = Task(words="調べる", owner_id=owner.id, created_by_id=owner.id, created_at=clock.now())
        db.add(task)
        db.flush()
        number = task.id
    assert teller.submit("/ja/tasks", {"id": number}).status_code == 404
    assert sv.submit("/ja/tasks", {"id": number, "all": 1}).status_code == 303
    assert sv.submit("/ja/tasks", {"id": number}).status_code == 409
    assert "調べる" in sv.get("/ja/tasks?all=1&done=1").text
    assert "調べる" not in teller.get("/ja/tasks?all=1").text
