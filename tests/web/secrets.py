"""The words that are hidden in the world of these tests, and who may read each."""

from kb.rules.roles import Role

VISITOR, DISABLED, OPERATOR, AUTHOR, SV, ADMIN = "visitor", "disabled", "operator", "author", "sv", "admin"
PEOPLE = (VISITOR, DISABLED, OPERATOR, AUTHOR, SV, ADMIN)
STAFF = frozenset({OPERATOR, AUTHOR, SV, ADMIN})
SVS = frozenset({SV, ADMIN})
WRITERS = SVS | {AUTHOR}
ROLES = {OPERATOR: Role.OPERATOR, AUTHOR: Role.OPERATOR, SV: Role.SV, ADMIN: Role.ADMIN, DISABLED: Role.SV}

# Word → who may read it, wherever it stands.
READERS: dict[str, frozenset[str]] = {
    "zqsayblock": STAFF,
    "zqaskblock": STAFF,
    "zqpurposetitle": STAFF,
    "zqlimitblock": STAFF,
    "zqstaffblock": STAFF,
    "zqsvblock": SVS,
    "zqeditnote": STAFF,
    "zqfilename": STAFF,
    "zqfilecontent": STAFF,
    "zqsvfilename": SVS,
    "zqsvfilecontent": SVS,
    "zqproposal": STAFF,
    "zqstafftitle": STAFF,
    "zqstaffbody": STAFF,
    "zqstaffphrase": STAFF,
    "zqstafftag": STAFF,
    "zqstaffsv": SVS,
    "zqstaffshelf": STAFF,
    "zqsvtitle": SVS,
    "zqsvbody": SVS,
    "zqsvphrase": SVS,
    "zqsvtag": SVS,
    "zqsvshelf": SVS,
    "zqmovedtitle": SVS,
    "zqarchivedtitle": SVS,
    "zqarchivedbody": SVS,
    "zqoldstaff": STAFF,
    "zqoldsv": SVS,
    "zqrenamed": STAFF,
    "zqdraft": frozenset({AUTHOR}),
    "zqtyped": frozenset({AUTHOR}),
    "zqsubmitted": STAFF,
    "zqcallmemo": WRITERS,
    "zqcallsearch": WRITERS,
    "zqsvstory": WRITERS,
    "zqreturned": WRITERS,
    "zqreturnreason": WRITERS,
    "zqrejected": WRITERS,
    "zqwithdrawn": frozenset({AUTHOR}),
    "zqmergedstory": STAFF,
    "zqthanks": WRITERS,
    "zqcomment": WRITERS,
    "zqauthorname": STAFF,
    "zqinquiry": STAFF,
    "zqvotewords": SVS,
    **dict.fromkeys(("zqflagwords", "zqhelpwords"), WRITERS),
    "zqsvflagwords": SVS,
    "zqstaffnotice": STAFF,
    "zqsvnotice": SVS,
    "zqsvpagenotice": SVS,
}
