"""Sign in and out, the password, and Flask-Login wrapped round a plain actor."""

import hashlib
import hmac
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import LoginManager, login_user, logout_user
from flask_wtf.csrf import generate_csrf

from kb.rules.errors import Invalid, KbError, TooMany
from kb.rules.roles import Actor, Permission, may
from kb.services import accounts, shifting
from kb.web import addresses, forms
from kb.web.house import actor, house
from kb.web.language import gettext as _
from kb.web.language import told
from kb.web.transaction import SAFE, db

bp = Blueprint("sign_in", __name__)
DEVICE = "kb_device"
# Forms that a person may finish after signing in again; nothing else is carried over.
CARRIED = (
    "editor.",
    "calling.",
    "history.",
    "pages.",
    "stories.",
    "review.",
    "merging.",
    "synonyms.",
    "notices.",
    "shortcuts.",
)


class Person:
    """What Flask-Login keeps in the session: the identity with its epoch, never a database row."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, identity: str, person: Actor) -> None:
        self.identity, self.actor = identity, person

    def get_id(self) -> str:
        return self.identity


def init_app(app: Flask) -> None:
    """Let Flask-Login find the person behind a session or remember cookie."""
    manager = LoginManager(app)
    # The fingerprint of "strong" signs people out who change networks; the epoch and the short session do the work.
    manager.session_protection = "basic"

    @manager.user_loader
    def load(identity: str) -> Person | None:
        if request.method in SAFE:
            # The row stays in this session, where one's own keys stand as well.
            person = accounts.identified(db(), identity)
        else:
            # Whoever is refused at the door must not wait for the write lock first.
            with house().store.reading() as reading:
                person = accounts.identified(reading, identity)
        return Person(identity, person) if person is not None else None


@bp.get("/sign-in")
def form() -> Any:
    place = addresses.safe_next(request.args.get("next"))
    if actor().is_staff:
        return redirect(place or home())
    return render_template("sign_in/form.html", errors={}, name="", next=place)


@bp.post("/sign-in")
def enter() -> Any:
    place = addresses.safe_next(request.form.get("next"))
    try:
        user = _signed_in()
    except KbError as refused:
        facts: dict[str, Any] = {"errors": {"form": told(refused)}, "name": forms.text("name"), "next": place}
        return _again(refused, facts)
    return _remember_device(make_response(redirect(place or home())), user.name)


@bp.get("/sign-in/token")
def token() -> Any:
    """A fresh token for a form whose session has ended; only this site can read the answer."""
    return jsonify(csrf_token=generate_csrf())


@bp.post("/sign-in/here")
def here() -> Any:
    """Sign in without leaving the screen: the answer carries a fresh token for the form that waits."""
    user = _signed_in()
    return _remember_device(jsonify(name=user.display_name, csrf_token=generate_csrf()), user.name)


@bp.post("/sign-in/resume")
def resume() -> Any:
    """Sign in and go on with a form that was sent after the session had ended; nothing typed is lost."""
    path = addresses.safe_next(request.form.get("kept_path")) or ""
    kept = [(name[5:], value) for name, value in request.form.items(multi=True) if name.startswith("kept:")]
    try:
        user = _signed_in()
    except KbError as refused:
        facts = {"errors": {"form": told(refused)}, "name": forms.text("name"), "kept": kept, "kept_path": path}
        return _again(refused, {**facts, "next": ""})
    endpoint = _endpoint_of(path)
    if endpoint is None or not endpoint.startswith(CARRIED):
        return _remember_device(make_response(redirect(home())), user.name)
    g.pop("actor", None)
    answer = make_response(render_template("sign_in/resume.html", kept=kept, path=path))
    return _remember_device(answer, user.name)


@bp.post("/sign-out")
def out() -> Any:
    logout_user()
    session.clear()
    flash(_("サインアウトしました。"))
    return redirect(url_for("sign_in.form"))


@bp.get("/password")
def password() -> Any:
    return render_template("sign_in/password.html", errors={})


@bp.post("/password")
def change_password() -> Any:
    try:
        if forms.text("password") != forms.text("again"):
            raise Invalid("二つの新しいパスワードが違います。", field="again")
        user = accounts.change_password(db(), forms.text("current"), forms.text("password"), by=actor())
    except Invalid as refused:
        field = "current" if refused.field == "old" else refused.field or "form"
        return render_template("sign_in/password.html", errors={field: told(refused)}), refused.status
    _start(user, remember=False)
    flash(_("パスワードを変えました。ほかの端末のサインインは終わりました。"))
    return redirect(home())


def home() -> str:
    """Where this person's work begins: the room of a call for whoever takes calls, else the search."""
    return url_for("call.show" if may(actor(), Permission.TAKE_CALLS) else "console.search")


def _signed_in() -> Any:
    """Check name and password, count or forget the tries, start the session; raises Refused or TooMany."""
    name, secret = forms.text("name"), forms.text("password")
    device = _device_of(name)
    with house().store.writing() as writing:
        left = accounts.count_try(writing, name, device=device)
    # Hashing takes a tenth of a second, so no write lock is held meanwhile.
    with house().store.reading() as reading:
        try:
            user_id = accounts.check(reading, name, secret).id
        except accounts.Refused as refused:
            if left > 3:
                raise
            if left == 0:
                raise accounts.Refused(
                    "IDかパスワードが違います。続けてまちがえたため、15分ほどたってからお試しください。"
                ) from refused
            raise accounts.Refused(
                "IDかパスワードが違います。あと%(left)s回まちがえると、15分お待ちいただきます。", left=left
            ) from refused
    user = accounts.note_success(db(), user_id, secret, device=device)
    shifting.touch(db(), by=user.actor)
    _start(user, remember=forms.ticked("remember"))
    return user


def _again(refused: KbError, facts: dict[str, Any]) -> Response:
    """The form once more, with what was wrong."""
    answer = make_response(render_template("sign_in/form.html", **facts), refused.status)
    if isinstance(refused, TooMany):
        answer.headers["Retry-After"] = str(refused.retry_after)
    return answer


def _start(user: Any, *, remember: bool) -> None:
    session.clear()
    login_user(Person(accounts.identity_of(user), user.actor), remember=remember)
    session.permanent = True
    g.actor = user.actor


def _device_of(name: str) -> str:
    """The account name, if this browser proved before that it belongs to it; else nothing."""
    mark, folded = request.cookies.get(DEVICE, ""), accounts.fold(name)
    return folded if hmac.compare_digest(mark.encode(), _device_mark(folded).encode()) else ""


def _device_mark(folded: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"device:{folded}".encode(), hashlib.sha256).hexdigest()


def _remember_device(answer: Response, name: str) -> Response:
    answer.set_cookie(
        DEVICE,
        _device_mark(name),
        max_age=180 * 86_400,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["KB_SECURE"]),
    )
    return answer


def _endpoint_of(path: str) -> str | None:
    adapter = current_app.url_map.bind("localhost")
    try:
        return str(adapter.match(path.partition("?")[0], method="POST")[0])
    except Exception:  # Werkzeug raises one of several routing exceptions; each means that no form lives there.
        return None
