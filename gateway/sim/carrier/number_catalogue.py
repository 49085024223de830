"""What the simulated carrier has in stock when it opens, and what a month of it costs.

The numbers are of the ranges that countries keep for fiction: in North America 555-01xx.
"""

from .number_offers import NumberOffer

_PLACES = (
    ("US", "212", "New York", "NY"),
    ("US", "312", "Chicago", "IL"),
    ("US", "415", "San Francisco", "CA"),
    ("CA", "416", "Toronto", "ON"),
)
_VOICE = frozenset({"voice"})


def _north_american() -> list[NumberOffer]:
    return [
        NumberOffer(f"+1{area}55501{line:02}", country, "Local", locality, region)
        for country, area, locality, region in _PLACES
        for line in range(40, 80)
    ]


OFFERS = (
    *_north_american(),
    *(NumberOffer(f"+180055501{line}", "US", "TollFree") for line in range(40, 60)),
    *(
        NumberOffer(
            f"+44207946{line:04}", "GB", "Local", "London", capabilities=_VOICE, address="any"
        )
        for line in range(20)
    ),
    *(
        NumberOffer(f"+447700900{line:03}", "GB", "Mobile", address="any", needs_bundle=True)
        for line in range(20)
    ),
    *(
        NumberOffer(f"+493023125{line:03}", "DE", "Local", "Berlin", "", _VOICE, "local")
        for line in range(20)
    ),
)

# Country -> type of number, in the words of the price list -> US dollars a month.
PRICES = {
    "US": {"local": "1.15", "toll free": "2.15"},
    "CA": {"local": "1.15"},
    "GB": {"local": "1.15", "mobile": "1.15"},
    "DE": {"local": "1.15"},
}

# Numbers that an account on show has beside its own, and their fields: one leads elsewhere, one
# nowhere.
OWNED = {
    "+12125550101": {
        "FriendlyName": "Front desk",
        "VoiceUrl": "https://elsewhere.example.com/voice",
    },
    "+18005550101": {"FriendlyName": "Hotline"},
}
