"""The words that are hidden in the world of these tests, and who may read each."""

from kb.rules.roles import Role

VISITOR, DISABLED, OPERATOR, AUTHOR, SV, ADMIN = "visitor", "disabled", "operator", "author", "sv", "admin"
EDITOR = "editor"
PEOPLE = (VISITOR, DISABLED, OPERATOR, EDITOR, AUTHOR, SV, ADMIN)
STAFF = frozenset({OPERATOR, EDITOR, AUTHOR, SV, ADMIN})
SVS = frozenset({SV, ADMIN})
WRITERS = SVS | {AUTHOR}
ROLES = {OPERATOR: Role.OPERATOR, EDITOR: Role.EDITOR, AUTHOR: Role.OPERATOR, SV: Role.SV, ADMIN: Role.ADMIN}
ROLES |= {DISABLED: Role.SV}

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
    "zqgapwords": SVS,
    # A session is for SVs and whoever was asked; what is said of a page, for its readers among them.
    **dict.fromkeys(("zqsession", "zqsheet", "zqjotted", "zqvoice", "zqtask"), WRITERS),
    "zqsvnote": SVS,
    # A note on a sample is for the author of the change and its writer, whatever anybody else may read.
    "zqcoachnote": frozenset({EDITOR, SV}),
    "zqtoldfact": frozenset({AUTHOR}),
    "zqstaffnotice": STAFF,
    "zqsvnotice": SVS,
    "zqsvpagenotice": SVS,
}
