"""Messages as letters that leave the house, in the language of each reader: a sentence and a link, no other words."""

from flask import Flask, url_for

from kb.rules.roles import READS, Actor, Role
from kb.services import messaging
from kb.services.house import Session
from kb.services.messaging import Message, Way
from kb.services.sending import Letter, Write
from kb.web import addresses, telling
from kb.web.language import gettext as _
from kb.web.language import speaking

# What a webhook tells may be read by a whole house: no more than the least of its staff may know.
ANYBODY = Actor(None, "", "", Role.OPERATOR)
assert READS[Role.OPERATOR] == min(READS[role] for role in Role if role is not Role.CUSTOMER)


def writer(app: Flask) -> Write:
    """What writes letters for this app, outside of any request; its links begin with KB_BASE_URL."""

    def write(db: Session, message: Message, way: Way) -> Letter:
        reader = message.user.actor
        with app.test_request_context("/", base_url=app.config["KB_BASE_URL"] or None):
            language = message.user.language if way is Way.MAIL else "ja"
            with speaking(language):
                item = messaging.items(db, [message], viewer=reader if way is Way.MAIL else ANYBODY)[0]
                sentence = telling.sentence(item, outside=True)
                link = addresses.absolute(url_for("messages.show", id=message.id))
                text = "\n\n".join([sentence, link, _("届け先は、応対ナレッジの「わたしへの知らせ」で変えられます。")])
        return Letter(message.id, message.kind.value, reader.name, message.user.mail, sentence, link, text + "\n")

    return write
