"""What the shop's users felt, as Prometheus reads it."""

BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]


class Felt:
    """What users felt, by journey: counts by outcome and a latency histogram, in the text format of Prometheus."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.outcomes = {(j, o): 0 for j in ("browse", "checkout") for o in ("good", "slow", "failed")}
        self.buckets = {j: [0] * (len(BUCKETS) + 1) for j in ("browse", "checkout")}
        self.sums = {"browse": 0.0, "checkout": 0.0}

    def record(self, journey, seconds, failed):
        slow_after = 1.0 if journey == "checkout" else 0.25
        outcome = "failed" if failed else "slow" if seconds > slow_after else "good"
        self.outcomes[journey, outcome] += 1
        index = next((i for i, bound in enumerate(BUCKETS) if seconds <= bound), len(BUCKETS))
        self.buckets[journey][index] += 1
        self.sums[journey] += seconds

    def take(self):
        """What was counted since this was called last, as JSON has it; None when there was nothing."""
        taken = [[j, o, count] for (j, o), count in self.outcomes.items() if count]
        if not taken:
            return None
        taken = {"outcomes": taken, "buckets": self.buckets, "sums": self.sums}
        self.reset()
        return taken

    def add(self, taken):
        for journey, outcome, count in taken["outcomes"]:
            self.outcomes[journey, outcome] += count
        for journey, counts in taken["buckets"].items():
            self.buckets[journey] = [a + b for a, b in zip(self.buckets[journey], counts)]
            self.sums[journey] += taken["sums"][journey]

    def render(self, users):
        lines = ["# TYPE user_requests_total counter"]
        lines += [
            f'user_requests_total{{journey="{j}",outcome="{o}"}} {count}' for (j, o), count in self.outcomes.items()
        ]
        lines.append("# TYPE user_request_duration_seconds histogram")
        for journey, counts in self.buckets.items():
            running = 0
            for bound, count in zip([*BUCKETS, "+Inf"], counts):
                running += count
                lines.append(f'user_request_duration_seconds_bucket{{journey="{journey}",le="{bound}"}} {running}')
            lines.append(f'user_request_duration_seconds_sum{{journey="{journey}"}} {self.sums[journey]}')
            lines.append(f'user_request_duration_seconds_count{{journey="{journey}"}} {running}')
        lines += ["# TYPE users gauge", f"users {users}", ""]
        return "\n".join(lines)
