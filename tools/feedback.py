#!/usr/bin/env python3
"""Writes src/feedback/tests/reference.json: what numpy, scipy and statsmodels say of the same votes as src/feedback/.

Nothing of ours is used, and the ways are others: α from the pairs of votes and not from their coincidences, κ by statsmodels, Bradley
and Terry's model as statsmodels' binomial regression with errors clustered by item, the prior as rows of imagined games, means of drawn
items by the textbook's formulas. Installs the packages beside those of tools/statistics.py, where they are not there.
With ATELIER_SHARED set, the annotators of PandaLM are ranked too.
"""

import itertools
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["numpy==2.4.6", "scipy==1.17.1", "statsmodels==0.15.0"]


def inside():
    """Begins again with the interpreter that has the packages; without the scripts beside us, one of which is named as a module of Python."""
    home = ROOT / "target/bench/statistics"
    python = home / "bin/python"
    if Path(sys.prefix) == home:
        return
    if not python.exists():
        venv.create(home, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    os.execv(python, [str(python), "-P", __file__])


inside()

import numpy as np  # noqa: E402
import scipy  # noqa: E402
import statsmodels  # noqa: E402
import statsmodels.api as sm  # noqa: E402
from scipy import special, stats  # noqa: E402
from statsmodels.stats.inter_rater import cohens_kappa  # noqa: E402

RESAMPLES = 2000


def alpha(units, level):
    """From the definition: the mean disagreement of pairs within units, by that of all pairs; `units` are lists of votes."""
    units = [unit for unit in units if len(unit) > 1]
    votes = np.sort(np.concatenate(units))
    values, counts = np.unique(votes, return_counts=True)

    def distance(c, k):
        if level == "nominal":
            return float(c != k)
        if level == "interval":
            return float(c - k) ** 2
        low, high = min(c, k), max(c, k)
        between = counts[(values >= low) & (values <= high)].sum()
        return 0.0 if c == k else float(between - (counts[values == low][0] + counts[values == high][0]) / 2) ** 2

    table = {(c, k): distance(c, k) for c in values for k in values}
    observed = sum(table[pair] / (len(unit) - 1) for unit in units for pair in itertools.permutations(unit, 2)) / len(votes)
    expected = sum(n * m * table[c, k] for c, n in zip(values, counts) for k, m in zip(values, counts)) / len(votes) / (len(votes) - 1)
    return 1 - observed / expected if expected > 0 else None


def kappa(pairs):
    values = sorted({value for pair in pairs for value in pair})
    table = np.zeros((len(values), len(values)))
    for a, b in pairs:
        table[values.index(a), values.index(b)] += 1
    return float(cohens_kappa(table, return_results=True).kappa) if len(values) > 1 else None


def share(units):
    return float(np.mean([np.mean([a == b for a, b in itertools.combinations(unit, 2)]) for unit in units if len(unit) > 1]))


def interval(units, figure, rng):
    figures = [figure([units[at] for at in rng.integers(0, len(units), len(units))]) for _ in range(RESAMPLES)]
    return [float(end) for end in np.quantile([value for value in figures if value is not None], [0.025, 0.975])]


def agreement():
    rng = np.random.default_rng(7)
    cases = []
    for name, units, raters, values, missing, noise in [("five grades", 60, 3, 5, 0.2, 0.8), ("two classes", 80, 2, 2, 0.0, 0.3), ("many raters", 30, 6, 4, 0.4, 1.2),
                                                        ("large numbers", 40, 3, 1000, 0.1, 90)]:
        truth = rng.integers(0, values, units)
        table = np.clip(np.rint(truth[:, None] + rng.normal(0, noise, (units, raters))), 0, values - 1).astype(int)
        absent = rng.random((units, raters)) < missing
        votes = [[None if absent[u, r] else int(table[u, r]) for r in range(raters)] for u in range(units)]
        given = [[value for value in unit if value is not None] for unit in votes]
        pairable = [unit for unit in given if len(unit) > 1]
        pairs = [(unit[0], unit[1]) for unit in votes if unit[0] is not None and unit[1] is not None]
        case = {"name": name, "votes": votes, "share": share(given), "share_interval": interval(pairable, share, rng), "kappa": kappa(pairs), "kappa_interval": interval(pairs, kappa, rng)}
        for level in ["nominal", "ordinal", "interval"]:
            case[level] = alpha(given, level)
            case[f"{level}_interval"] = interval(pairable, lambda units: alpha(units, level), rng)
        cases.append(case)
    return cases


def clustered(design, outcome, items, imagined=0):
    """Coefficients and their covariance, by statsmodels, clustered by item with the factor G/(G−1). The last `imagined` rows are games
    that never were: each is an item of its own, and the factor is not theirs."""
    fit = sm.GLM(outcome, design, family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200)
    if not imagined:
        groups = np.unique(items, return_inverse=True)[1]
        robust = sm.GLM(outcome, design, family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
        count = groups.max() + 1
        return fit.params, robust.cov_params() * count / (count - 1)
    scores = design * (outcome - fit.fittedvalues)[:, None]
    real, rest = scores[:-imagined], scores[-imagined:]
    sums = np.array([real[np.array(items) == item].sum(axis=0) for item in sorted(set(items))])
    filling = sums.T @ sums * len(sums) / (len(sums) - 1) + rest.T @ rest
    return fit.params, fit.cov_params() @ filling @ fit.cov_params()


def ranking(votes, names, assumed=False):
    """Strengths, centred and against the first, with their errors, and the chance of the first against each other. Where they are
    assumed, the votes on one item between the same two are one row, their mean."""
    n = len(names)
    design = np.zeros((len(votes), n))
    for row, (_, a, b, _) in enumerate(votes):
        design[row, names.index(a)], design[row, names.index(b)] = 1, -1
    outcome = np.array([{"a": 1.0, "tie": 0.5, "b": 0.0}[preferred] for *_, preferred in votes])
    items = [item for item, *_ in votes]
    if assumed:
        turned = np.where([names.index(a) < names.index(b) for _, a, b, _ in votes], outcome, 1 - outcome)
        rows = {}
        for (item, a, b, _), value in zip(votes, turned):
            rows.setdefault((item, *sorted([names.index(a), names.index(b)])), []).append(value)
        items = [item for item, _, _ in rows]
        design = np.array([np.eye(n)[a] - np.eye(n)[b] for _, a, b in rows])
        outcome = np.array([np.mean(values) for values in rows.values()])
        design = np.vstack([design, np.eye(n), np.eye(n)])
        outcome = np.concatenate([outcome, np.ones(n), np.zeros(n)])
        strengths, covariance = clustered(design, outcome, items, imagined=2 * n)
    else:
        some, part = clustered(design[:, 1:], outcome, items)
        strengths, covariance = np.concatenate([[0], some]), np.pad(part, ((1, 0), (1, 0)))
    centring, against = np.eye(n) - 1 / n, np.eye(n) - np.eye(n)[0]
    z = stats.norm.ppf(0.975)

    def told(contrast):
        return [float(x) for x in contrast @ strengths], [float(x) for x in np.sqrt(np.diag(contrast @ covariance @ contrast.T))]

    (centred, errors), (less, less_errors) = told(centring), told(against)
    winning = [[float(special.expit(-(d + side * z * e))) for side in [0, 1, -1]] for d, e in zip(less[1:], less_errors[1:])]
    return {"names": names, "strengths": centred, "errors": errors, "less_first": less, "less_first_errors": less_errors, "first_wins": winning, "assumed": assumed}


def simulated(rng, names, strengths, items, voters, ties, noise):
    votes = []
    for item in range(items):
        a, b = (names[at] for at in rng.permutation(len(names))[:2])
        leaning = strengths[a] - strengths[b] + rng.normal(0, noise)
        for _ in range(voters):
            preferred = "tie" if rng.random() < ties else "a" if rng.random() < special.expit(leaning) else "b"
            votes.append((f"item-{item}", a, b, preferred) if rng.random() < 0.5 else (f"item-{item}", b, a, {"a": "b", "b": "a"}.get(preferred, "tie")))
    return votes


def pairwise():
    rng = np.random.default_rng(11)
    cases = []
    for name, strengths, items, voters, ties, noise in [("two versions", {"v1": 0, "v2": 0.6}, 40, 3, 0.15, 1), ("four", {"a": 0, "b": 0.4, "c": -0.7, "d": 1.1}, 120, 2, 0.1, 0.5),
                                                        ("one vote an item", {"a": 0, "b": 0.5, "c": 1}, 90, 1, 0.2, 0)]:
        votes = simulated(rng, list(strengths), strengths, items, voters, ties, noise)
        cases.append({"name": name, "votes": votes, **ranking(votes, list(strengths))})
    # Who always wins: of two, and beside others who can be told apart.
    always = [(f"item-{at}", "v1", "v2", "b") for at in range(20)]
    cases.append({"name": "always", "votes": always, **ranking(always, ["v1", "v2"], assumed=True)})
    thrice = [vote for vote in always for _ in range(3)]
    cases.append({"name": "always, by three", "votes": thrice, **ranking(thrice, ["v1", "v2"], assumed=True)})
    beside = simulated(rng, ["a", "b"], {"a": 0, "b": 0.5}, 30, 2, 0.1, 0) + [(f"more-{at}", "c", "ab"[at % 2], "a") for at in range(12)]
    cases.append({"name": "always beside others", "votes": beside, **ranking(beside, ["a", "b", "c"], assumed=True)})
    return cases


def pandalm():
    shared = os.environ.get("ATELIER_SHARED")
    if not shared:
        return None
    rows = json.loads(Path(shared, "data/pandalm/testset-v1.json").read_text())
    names = sorted({name for row in rows for name in row["cmp_key"].split("_")})
    votes = [(row["idx"], *row["cmp_key"].split("_"), {0: "tie", 1: "a", 2: "b"}[row[f"annotator{who}"]]) for row in rows for who in [1, 2, 3]]
    given = [[row[f"annotator{who}"] for who in [1, 2, 3]] for row in rows]
    return {"alpha": alpha(given, "nominal"), "kappas": [kappa([(unit[a], unit[b]) for unit in given]) for a, b in [(0, 1), (0, 2), (1, 2)]], "share": share(given),
            **ranking(votes, names)}


def drawn():
    """Means of drawn items: the textbook's formulas for simple, stratified and independent draws."""
    rng = np.random.default_rng(3)
    cases = []
    sizes, counts = [400, 90, 25], [20, 12, 25]
    strata = [rng.normal(at, 1 + at, n) for at, n in enumerate(counts)]
    shares = np.array(sizes) / sum(sizes)
    mean = sum(w * y.mean() for w, y in zip(shares, strata))
    variance = sum(w**2 * (1 - n / size) * y.var(ddof=1) / n for w, n, size, y in zip(shares, counts, sizes, strata))
    rows = [[at, n / size, float(value)] for at, (n, size, y) in enumerate(zip(counts, sizes, strata)) for value in y]
    cases.append({"name": "stratified", "rows": rows, "items": float(sum(sizes)), "mean": float(mean), "variance": float(variance)})
    y = (rng.random(60) < 0.3).astype(float)
    cases.append({"name": "simple, yes or no", "rows": [[0, 60 / 1000, float(value)] for value in y], "items": 1000.0, "mean": float(y.mean()), "variance": float((1 - 60 / 1000) * y.var(ddof=1) / 60)})
    # Independent draws with one chance: the linearised variance of Särndal and others, 5.6.7 with pi_kl = pi_k pi_l, less its n/(n-1).
    y, chance = rng.exponential(2, 45), 0.05
    expected = (1 - chance) / chance**2 * ((y - y.mean()) ** 2).sum() / (45 / chance) ** 2
    cases.append({"name": "a share", "rows": [[0, chance, float(value)] for value in y], "items": 45 / chance, "mean": float(y.mean()), "variance": float(expected * 45 / 44)})
    return cases


reference = {
    "made_by": f"tools/feedback.py with numpy {np.__version__}, scipy {scipy.__version__}, statsmodels {statsmodels.__version__}",
    "agreement": agreement(),
    "pairwise": pairwise(),
    "pandalm": pandalm(),
    "drawn": drawn(),
}
target = ROOT / "src/feedback/tests/reference.json"
target.parent.mkdir(parents=True, exist_ok=True)
lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in reference.items())
target.write_text("{" + lines + "}\n")
