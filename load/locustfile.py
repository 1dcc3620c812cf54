"""The shop's users: people who browse, people who buy, staff who change prices, and bots.

Steered through Locust's own API. Each request is the root of a trace, and is counted as its user felt it. Where the users are spread over
several processes, their master takes the orders, passes them on, and adds up what the others counted.
"""

import itertools
import random
import time
import uuid

import gevent
from flask import Response, jsonify, request
from locust import FastHttpUser, between, constant_pacing, events, runners, task
from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from felt import Felt
from kept import Kept, Repriced, answered, differing, ordered_by, prices_in, product_of, wrong_with

PRODUCTS = 2400
CATEGORIES = ["", "", "home", "kitchen", "clothing", "outdoor", "office"]
# Slower than this, a user has given up.
PATIENCE_SECONDS = 8.0

# What Locust's own default of three seconds would make of graphs: steps.
runners.WORKER_REPORT_INTERVAL = 1.0

tracer = trace.get_tracer("firedrill.load")

felt = Felt()
kept = Kept()
# Orders that the shop confirmed: whether they are shipped is asked of its database.
ordered = Kept()
repriced = Repriced()

# Who the users are, beside how many: set over the web API, see `serve_mix`.
mix = {"hotShare": 0.0, "bots": 0, "rate": 0}
HOT_SKU = "P00777"


def take_on(environment, asked):
    """Makes what is asked for so: all of it, or this process's part."""
    mix.update(asked)
    flood.resize(environment, mix["bots"])
    arrivals.start(environment)


def part(total, index, count):
    """Of a number that is shared out to `count`, what the one at `index` has."""
    return total // count + (1 if index < total % count else 0)


def working(runner):
    return sorted(client.id for client in runner.clients.ready + runner.clients.spawning + runner.clients.running)


def share_out(runner, asked):
    """Tells each worker its part of what was asked for: at once when that changes or a worker comes or goes, so that the whole
    stays, and now and then, as one that has just come may not listen yet."""
    told, told_at = None, 0.0
    while True:
        now = (working(runner), dict(asked))
        if now != told or time.monotonic() - told_at > 3:
            for index, client in enumerate(now[0]):
                parts = {name: part(asked[name], index, len(now[0])) for name in ("bots", "rate")}
                runner.send_message("mix", {**asked, **parts}, client_id=client)
            told, told_at = now, time.monotonic()
        gevent.sleep(0.5)


def keep_number(runner):
    """Shares the users out again when there are others than were asked for: workers that had been cut off come back with theirs, and
    Locust only asks the first of them to let some go."""
    wrong_since = None
    while True:
        if runner.state != runners.STATE_RUNNING or runner.user_count == runner.target_user_count or not working(runner):
            wrong_since = None
        elif wrong_since is None:
            wrong_since = time.monotonic()
        elif time.monotonic() - wrong_since > 2:
            wrong_since = None
            # As Locust does when it has given a worker up.
            runner._users_dispatcher = None
            runner.start(runner.target_user_count, runner.spawn_rate)
        gevent.sleep(0.5)


@events.init.add_listener
def spread(environment, runner, **_):
    if isinstance(runner, runners.MasterRunner):
        gevent.spawn(share_out, runner, mix)
        gevent.spawn(keep_number, runner)
    if isinstance(runner, runners.WorkerRunner):
        runner.register_message("mix", lambda environment, msg, **_: take_on(environment, msg.data))


@events.report_to_master.add_listener
def report_felt(data, **_):
    data["felt"] = felt.take()
    data["kept"] = kept.take()
    data["ordered"] = ordered.take()


@events.worker_report.add_listener
def add_felt(data, **_):
    if data.get("felt"):
        felt.add(data["felt"])
    for each in data.get("kept") or []:
        kept.add(each)
    for each in data.get("ordered") or []:
        ordered.add(each)


@events.init.add_listener
def serve_metrics(environment, **_):
    if environment.web_ui:
        # Beside Locust's own pages, under its base path.
        @environment.web_ui.app.route(f"{environment.parsed_options.web_base_path or ''}/metrics")
        def metrics():
            users = environment.runner.user_count if environment.runner else 0
            return Response(felt.render(users), mimetype="text/plain; version=0.0.4")


@events.init.add_listener
def serve_kept(environment, **_):
    if environment.web_ui:
        @environment.web_ui.app.route(f"{environment.parsed_options.web_base_path or ''}/kept")
        def requests_kept():
            return jsonify(kept.since(request.args.get("after", default=0, type=int)))

        @environment.web_ui.app.route(f"{environment.parsed_options.web_base_path or ''}/ordered")
        def orders_confirmed():
            return jsonify(ordered.since(request.args.get("after", default=0, type=int)))


@events.init.add_listener
def serve_mix(environment, **_):
    if environment.web_ui:
        @environment.web_ui.app.route(f"{environment.parsed_options.web_base_path or ''}/mix", methods=["GET", "POST"])
        def change_mix():
            if request.method == "POST":
                asked = request.get_json()
                asked = {
                    "hotShare": min(1.0, max(0.0, float(asked["hotShare"]))),
                    "bots": min(500, max(0, int(asked["bots"]))),
                    "rate": min(1000, max(0, int(asked.get("rate", 0)))),
                }
                # A master has no users itself: `share_out` sees what has changed.
                if isinstance(environment.runner, runners.MasterRunner):
                    mix.update(asked)
                else:
                    take_on(environment, asked)
            return jsonify(mix)


class Flood:
    """Bots beside the users: outside of Locust's own count, so that changing the number of users leaves them alone."""

    def __init__(self):
        self.running = []

    def resize(self, environment, count):
        while len(self.running) > count:
            self.running.pop().kill()
        while len(self.running) < count:
            self.running.append(gevent.spawn(self.crawl, environment))

    @staticmethod
    def crawl(environment):
        bot = Bot(environment)
        bot.on_start()
        while True:
            started = time.monotonic()
            bot.crawl()
            gevent.sleep(max(0.0, 0.25 - (time.monotonic() - started)))


flood = Flood()


class Arrivals:
    """Page views that arrive at an even rate, whatever the shop does: an open workload, in which slowness does not lessen the load.

    Each takes a visitor who waits for nothing; when all are waiting for an answer, the request is not made.
    """

    MOST_WAITING = 400

    def __init__(self):
        self.loop = None
        self.free = []
        self.visitors = 0

    def start(self, environment):
        if mix["rate"] > 0 and (self.loop is None or self.loop.dead):
            self.loop = gevent.spawn(self.run, environment)

    def run(self, environment):
        due = time.monotonic()
        while mix["rate"] > 0:
            now = time.monotonic()
            # After a stall the pace goes on; what was missed is not caught up with.
            due = max(due, now - 1.0)
            while due <= now:
                due += 1 / mix["rate"]
                visitor = self.visitor(environment)
                if visitor:
                    gevent.spawn(self.visit, visitor)
            gevent.sleep(max(0.001, due - time.monotonic()))

    def visitor(self, environment):
        if self.free:
            return self.free.pop()
        if self.visitors >= self.MOST_WAITING:
            return None
        self.visitors += 1
        visitor = Bot(environment)
        visitor.on_start()
        return visitor

    def visit(self, visitor):
        try:
            visitor.browse_page()
        finally:
            self.free.append(visitor)


arrivals = Arrivals()


# Three of four customers are members; bots are not.
LEVELS = ["gold", "silver", "basic", None]
arrived = itertools.count()


class ShopUser(FastHttpUser):
    abstract = True
    network_timeout = PATIENCE_SECONDS
    connection_timeout = 3.0
    # Whether this is a customer, who may write to support.
    complains = False

    def on_start(self):
        self.visitor = uuid.uuid4().hex[:12]
        self.member = LEVELS[next(arrived) % len(LEVELS)]

    def visit(self, journey, method, path, name, accepted=(200, 201), headers=None, json=None, shelf=None):
        """One request as the root of a trace; returns the response. `shelf` has the prices that the customer saw before they put something into the cart."""
        with tracer.start_as_current_span(f"{method} {name}", kind=SpanKind.CLIENT) as span:
            span.set_attribute("http.request.method", method)
            span.set_attribute("url.path", path)
            span.set_attribute("user.journey", journey)
            span.set_attribute("user.member", self.member or "none")
            carried = {"x-visitor": self.visitor, **({"x-member": self.member} if self.member else {}), **(headers or {})}
            propagate.inject(carried)
            with self.rest_like(method, path, name, carried, json) as response:
                failed = response.status_code not in accepted
                if failed:
                    response.failure(f"status {response.status_code}")
                    span.set_status(Status(StatusCode.ERROR, f"status {response.status_code}"))
                else:
                    response.success()
                span.set_attribute("http.response.status_code", response.status_code or 0)
                seconds = (response.request_meta["response_time"] or 0) / 1000
                # The shop has plenty of everything: who is told that it is sold out wanted to buy, and could not.
                felt.record(journey, seconds, failed or answered(response).get("state") == "sold-out")
                if self.complains:
                    self.remember(journey, path, json, response, seconds, span.get_span_context())
                    wrong = wrong_with(journey, seconds, failed)
                    if wrong:
                        self.keep(wrong)
                    if shelf:
                        self.compare(shelf, prices_in(answered(response)), span)
                return response

    def compare(self, shelf, cart, span):
        """What a customer does who looks at their cart: one price that is not as on the shelf is told in the span, and is something to complain about."""
        unlike = differing(shelf, cart, repriced)
        if not unlike:
            return
        product, shown, asked = unlike
        span.set_attribute("cart.product", product)
        span.set_attribute("cart.price_shown_cents", shown)
        span.set_attribute("cart.price_asked_cents", asked)
        # One that was slow besides is kept already.
        if "traced" in self.latest:
            self.keep("price", product=product, prices={"shownCents": shown, "askedCents": asked})

    def remember(self, journey, path, sent, response, seconds, context):
        """What this customer could say of their latest request."""
        answer = answered(response) if journey == "checkout" else {}
        self.latest = {
            "at": int((time.time() - seconds) * 1000),
            "journey": journey,
            "asked": path,
            "customer": self.visitor,
            "product": product_of(path, sent),
            "order": answer.get("id"),
            "status": response.status_code or 0,
            "durationMs": round(seconds * 1000),
            "trace": format(context.trace_id, "032x"),
            "traced": context.trace_flags.sampled,
        }
        order = ordered_by(self.latest, answer)
        if order:
            ordered.add(order)

    def keep(self, wrong, **also):
        # Whoever reads a complaint looks for its trace.
        if self.latest.pop("traced"):
            kept.add({**self.latest, "wrong": wrong, **also})

    def rest_like(self, method, path, name, headers, json):
        return self.client.request(method, path, name=name, headers=headers, json=json, catch_response=True)

    def any_sku(self):
        if random.random() < mix["hotShare"]:
            return HOT_SKU
        # A few products are looked at far more than the rest.
        return f"P{min(PRODUCTS, 1 + int(random.paretovariate(0.6))):05d}"

    def browse_page(self):
        path = f"/api/products?category={random.choice(CATEGORIES)}&page={random.randint(1, 12)}"
        return self.visit("browse", "GET", path, "/api/products")


class Browser(ShopUser):
    complains = True
    weight = 7
    wait_time = between(0.7, 2.3)

    @task(5)
    def page(self):
        self.browse_page()

    @task(3)
    def product(self):
        self.visit("browse", "GET", f"/api/products/{self.any_sku()}", "/api/products/[sku]")


class Buyer(ShopUser):
    complains = True
    weight = 4
    wait_time = between(1.0, 3.0)

    @task
    def buy(self):
        shelf = prices_in(answered(self.browse_page()))
        items = [{"sku": self.any_sku(), "quantity": random.randint(1, 3)} for _ in range(random.randint(1, 3))]
        self.visit("browse", "POST", "/api/cart", "/api/cart", json={"items": items}, shelf=shelf)
        # Sold out and declined are answers, not failures.
        self.visit(
            "checkout",
            "POST",
            "/api/checkout",
            "/api/checkout",
            accepted=(200, 201, 402, 409),
            headers={"idempotency-key": uuid.uuid4().hex},
            json={"customer": self.visitor, "card": f"card-{random.randint(0, 99999):05d}", "items": items},
        )


class Bot(ShopUser):
    weight = 1
    wait_time = constant_pacing(0.5)

    def on_start(self):
        super().on_start()
        self.member = None

    @task
    def crawl(self):
        self.visit("browse", "GET", f"/api/products?page={random.randint(1, 100)}", "/api/products")


class Merchandiser(ShopUser):
    fixed_count = 1
    wait_time = constant_pacing(3)

    @task
    def reprice(self):
        sku = self.any_sku()
        repriced.note(sku)
        self.visit(
            "browse",
            "PUT",
            f"/api/products/{sku}/price",
            "/api/products/[sku]/price",
            json={"priceCents": random.randint(500, 20000)},
        )
