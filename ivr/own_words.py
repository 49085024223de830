"""What the engine itself says in a flow: that something went wrong, and a place in a queue."""

SORRY = {
    "en": "We are sorry. There is a technical problem on our side.",
    "de": "Es tut uns leid. Wir haben ein technisches Problem.",
    "es": "Lo sentimos. Tenemos un problema técnico.",
    "fr": "Nous sommes désolés. Nous avons un problème technique.",
    "it": "Ci dispiace. Abbiamo un problema tecnico.",
}
_POSITION = {
    "en": "You are number {} in line.",
    "de": "Sie sind an Position {}.",
    "es": "Usted es el número {} en la fila.",
    "fr": "Vous êtes en position {}.",
    "it": "Lei è il numero {} in attesa.",
}


def family(language: str) -> str:
    """`en` of `en-US`: what all who speak it understand."""
    return language.partition("-")[0]


def position(place: int, language: str) -> str | None:
    """What somebody in a queue hears; None in a language whose words are not known here."""
    sentence = _POSITION.get(family(language))
    return None if sentence is None else sentence.format(place)
