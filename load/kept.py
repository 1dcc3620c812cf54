"""Requests that went wrong for a customer: the latest of them, in a ring, each with the id of its trace.

A share of these customers writes to support; which ones is decided elsewhere. What is kept here is only what a customer knows: what they
asked for, when, how long they waited, and what came back.
"""

import re
import time
import uuid
from collections import deque

# A customer who waits this long may complain. Twice what the shop promises, in seconds.
COMPLAINED_AFTER_SECONDS = {"browse": 0.5, "checkout": 2.0}
# A price that was changed so lately may still be on its way to the shelf, in seconds.
PRICE_ON_ITS_WAY_SECONDS = 5.0


class Kept:
    """The latest requests, numbered from 1; older ones make room. `run` tells one process's numbers from another's."""

    MOST = 500
    MOST_AT_ONCE = 200

    def __init__(self):
        self.run = uuid.uuid4().hex
        self.last = 0
        self.ring = deque(maxlen=self.MOST)

    def add(self, request):
        self.last += 1
        self.ring.append({**request, "number": self.last})

    def since(self, after):
        """Those numbered higher than `after`, oldest first, and not too many in one answer."""
        newer = [request for request in self.ring if request["number"] > after]
        return {"run": self.run, "last": self.last, "requests": newer[: self.MOST_AT_ONCE]}

    def take(self):
        """What a worker has for its master, which numbers them again; None when there is nothing."""
        taken = list(self.ring)
        self.ring.clear()
        return taken or None


class Repriced:
    """When this process last changed the price of a product; the latest changes only."""

    MOST = 500

    def __init__(self):
        self.at = {}

    def note(self, sku):
        self.at.pop(sku, None)
        self.at[sku] = time.monotonic()
        if len(self.at) > self.MOST:
            del self.at[next(iter(self.at))]

    def lately(self, sku):
        return sku in self.at and time.monotonic() - self.at[sku] < PRICE_ON_ITS_WAY_SECONDS


def ordered_by(latest, answer):
    """A confirmed order as its customer knows it; None for a request that led to none, or whose trace is not kept."""
    if answer.get("state") != "confirmed" or not answer.get("id") or not latest["traced"]:
        return None
    return {name: value for name, value in latest.items() if name != "traced"}


def wrong_with(journey, seconds, failed):
    """What a customer would complain about; None when there is nothing."""
    if failed:
        return "failed"
    return "slow" if seconds > COMPLAINED_AFTER_SECONDS[journey] else None


def product_of(path, sent):
    """The first product that a request is about; None for a list of products."""
    if sent and sent.get("items"):
        return sent["items"][0]["sku"]
    found = re.search(r"/products/(P[0-9]{5})", path)
    return found.group(1) if found else None


def answered(response):
    """The object that a response holds as JSON. An answer that was cut off, or is none, has nothing in it."""
    try:
        body = response.json()
    except Exception:
        return {}
    return body if isinstance(body, dict) else {}


def prices_in(body):
    """Price in cents by product, of a list of products or a cart."""
    listed = body.get("products") or body.get("items") or []
    return {one["sku"]: one["priceCents"] for one in listed if isinstance(one, dict) and "sku" in one and "priceCents" in one}


def differing(shelf, cart, repriced):
    """The first product of a cart that costs something else than the shelf said a moment before, with both prices in cents: (sku, shown, asked);
    None when all agree."""
    unlike = ((sku, shelf[sku], cents) for sku, cents in cart.items() if shelf.get(sku, cents) != cents and not repriced.lately(sku))
    return next(unlike, None)
