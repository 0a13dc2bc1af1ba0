#!/usr/bin/env python3
"""Writes src/statistics/tests/reference.json: what numpy, scipy and statsmodels say to the questions that our statistics answer.

Nothing of ours is used: formulas are written here a second time, from the papers, with root finders and special functions of
scipy where ours are our own. Installs the packages into target/bench/statistics when they are not there.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["numpy==2.4.6", "scipy==1.17.1", "statsmodels==0.15.0"]


def inside():
    """Begins again with the interpreter that has the packages."""
    home = ROOT / "target/bench/statistics"
    python = home / "bin/python"
    if Path(sys.prefix) == home:
        return
    if not python.exists():
        venv.create(home, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    os.execv(python, [str(python), __file__])


inside()

import numpy as np  # noqa: E402
import scipy  # noqa: E402
import statsmodels  # noqa: E402
from scipy import optimize, special, stats  # noqa: E402
from statsmodels.stats.power import NormalIndPower  # noqa: E402
from statsmodels.stats.weightstats import DescrStatsW, CompareMeans  # noqa: E402

ALPHAS = [0.001, 0.005, 0.0125, 0.025, 0.05, 0.1, 0.2]


def gammaln():
    points = [1e-9, 1e-3, 0.1, 0.5, 0.999, 1, 1.001, 1.5, 1.999, 2, 2.001, 3, 5.5, 7.25, 10, 14.999, 15, 20.5, 33.3, 50, 100, 171.6, 1e3, 12345.678, 1e6, 1e7 + 0.5, 1e10]
    return [{"x": x, "value": float(special.gammaln(x))} for x in points]


def normal():
    tails = [1e-12, 1e-8, 1e-6, 1e-4, 0.001, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.3, 0.45]
    quantiles = [{"p": p, "value": float(stats.norm.ppf(p))} for p in tails + [0.5, 0.55, 0.8, 0.9, 0.975, 0.9995]]
    p_values = [{"z": z, "value": float(2 * stats.norm.sf(abs(z)))} for z in [0, 0.01, 0.5, -1, 1.96, 2.5, -3.29, 3.99, 4.01, 5, 6.5, 10]]
    return {"quantiles": quantiles, "two_sided_p": p_values}


def evidence():
    """Two variants by the beta function; more of them as the product of two-variant splits of a Dirichlet (its aggregation)."""
    kappa = 100

    def log_e(weights, counts):
        weights = np.array(weights, dtype=float) / sum(weights)
        total = 0.0
        for i in range(len(weights) - 1):
            a, rest = kappa * weights[i], kappa * weights[i + 1 :].sum()
            n, others = counts[i], sum(counts[i + 1 :])
            total += special.betaln(a + n, rest + others) - special.betaln(a, rest)
        return float(total - special.xlogy(counts, weights).sum())

    cases = [([0.5, 0.5], [0, 0]), ([0.5, 0.5], [1, 0]), ([0.5, 0.5], [100, 100]), ([0.5, 0.5], [5200, 4800]), ([0.5, 0.5], [5400, 4600]), ([0.9, 0.1], [900, 100]),
             ([0.9, 0.1], [880, 120]), ([0.2, 0.3, 0.5], [210, 290, 500]), ([0.2, 0.3, 0.5], [300, 250, 450]), ([1, 1, 1, 1], [1000, 1010, 990, 1130]), ([0.5, 0.5], [1000000, 1004000]),
             ([0.01, 0.99], [12, 988])]
    return [{"weights": w, "counts": n, "value": log_e(w, n)} for w, n in cases]


def root(alpha):
    return optimize.brentq(lambda q: q - np.log(1 + q) + 2 * np.log(alpha), 1e-9, 1e4, xtol=1e-14, rtol=1e-14)


def radius(t, s, rho2, alpha):
    rho = np.sqrt(rho2)
    return s * np.sqrt(2 * (t * rho**2 + 1) / (t**2 * rho**2) * np.log(np.sqrt(t * rho**2 + 1) / alpha))


def sequence():
    roots = [{"alpha": a, "value": float(root(a))} for a in ALPHAS]
    # The tuning is tightest at the planned sample: by search, not by the equation of its root.
    tightest = [{"alpha": a, "planned": t, "rho2": float(optimize.minimize_scalar(lambda r: np.log(radius(t, 1, np.exp(r), a)), bounds=(-30, 10), method="bounded",
                                                                                options={"xatol": 1e-12}).x)} for a in ALPHAS for t in [100, 2400, 1e6]]
    for case in tightest:
        case["rho2"] = float(np.exp(case["rho2"]))
    radii = [{"t": t, "s": s, "planned": planned, "alpha": a, "value": float(radius(t, s, root(a) / planned, a))}
             for t in [100, 812, 2400, 100000] for s in [0.02, 1.7] for planned in [1000, 2400] for a in [0.005, 0.05]]
    return {"roots": roots, "tightest": tightest, "radii": radii}


def arms(rng):
    """Unit data of two variants, in millionths, so that both sides start from the same whole numbers."""

    def whole(values):
        return np.round(np.asarray(values) * 1e6).astype(np.int64)

    ones = np.full(60, 1_000_000)
    yield "shares", (whole(rng.random(60) < 0.3), ones), (whole(rng.random(75) < 0.5), np.full(75, 1_000_000))
    yield "costs", (whole(rng.lognormal(-6, 1.5, 60)), ones), (whole(rng.lognormal(-5.9, 1.5, 55)), np.full(55, 1_000_000))
    yield "far from zero", (whole(rng.normal(1000, 0.5, 60)), ones), (whole(rng.normal(1000.2, 0.5, 60)), ones)
    requests, more = rng.integers(1, 9, 64), rng.integers(1, 9, 52)
    yield "errors per request", (whole(rng.binomial(requests, 0.1)), whole(requests)), (whole(rng.binomial(more, 0.2)), whole(more))
    yield "seconds per request", (whole(rng.gamma(2, 0.4, 64) * requests), whole(requests)), (whole(rng.gamma(2, 0.5, 52) * more), whole(more))
    yield "negative scores", (whole(rng.normal(-0.2, 1, 60)), ones), (whole(rng.normal(0.1, 1, 60)), ones)


def influence(x, y):
    """What each unit moves the ratio by, from the derivatives of x/y: the delta method by its definition."""
    x, y = x / 1e6, y / 1e6
    gradient = np.array([1 / y.mean(), -x.mean() / y.mean() ** 2])
    return x.sum() / y.sum(), float(gradient @ np.cov(np.vstack([x, y]), ddof=1) @ gradient)


def differences():
    cases = []
    for name, (ax, ay), (bx, by) in arms(np.random.default_rng(20241)):
        (mean_a, var_a), (mean_b, var_b) = influence(ax, ay), influence(bx, by)
        n_a, n_b = len(ax), len(bx)
        se = np.sqrt(var_a / n_a + var_b / n_b)
        if (ay == 1_000_000).all() and (by == 1_000_000).all():
            # The same from three implementations: Welch's standard error.
            welch = stats.ttest_ind(bx / 1e6, ax / 1e6, equal_var=False)
            np.testing.assert_allclose(se, (mean_b - mean_a) / welch.statistic, rtol=1e-9)
            np.testing.assert_allclose(se, CompareMeans(DescrStatsW(bx / 1e6), DescrStatsW(ax / 1e6)).std_meandiff_separatevar, rtol=1e-9)
        t, alpha, planned = n_a + n_b, 0.05, 400
        half = radius(t, np.sqrt(t) * se, root(alpha) / planned, alpha)
        z = stats.norm.ppf(1 - alpha / 2)
        cases.append({"name": name, "baseline": np.stack([ax, ay], 1).tolist(), "variant": np.stack([bx, by], 1).tolist(),
                      "means": [mean_a, mean_b], "variances": [var_a, var_b], "difference": mean_b - mean_a, "standard_error": float(se),
                      "planned": planned, "alpha": alpha, "low": float(mean_b - mean_a - half), "high": float(mean_b - mean_a + half),
                      "fixed_low": float(mean_b - mean_a - z * se), "fixed_high": float(mean_b - mean_a + z * se)})
    return cases


def plans():
    """Samples: statsmodels' for one look. Ours by scipy's first passage of a drifting motion over the boundary's tangent, which is
    differentiated here by steps."""
    cases = []
    for variance, effect, alpha, power in [(0.25, 0.02, 0.05, 0.8), (0.0196, 0.005, 0.05, 0.9), (4.0, 0.1, 0.01, 0.8), (1.0, 0.3, 0.025, 0.5)]:
        each = NormalIndPower().solve_power(effect_size=effect / np.sqrt(variance), alpha=alpha / 2, power=power, ratio=1, alternative="larger")

        def boundary(t):
            return t * radius(t, 1, root(alpha), alpha)

        slope = (-boundary(1 + 2e-3) + 8 * boundary(1 + 1e-3) - 8 * boundary(1 - 1e-3) + boundary(1 - 2e-3)) / 12e-3
        level = boundary(1) - slope

        def shown(mu):
            drift = mu - slope
            return stats.invgauss.cdf(1, (level / drift) / level**2, scale=level**2)

        mu = optimize.brentq(lambda mu: shown(mu) - power, slope + 0.01, 20, xtol=1e-13)
        cases.append({"variance": variance, "effect": effect, "alpha": alpha, "power": power, "fixed": float(2 * each), "always": float(4 * variance * (mu / effect) ** 2)})
    return cases


reference = {
    "made_by": f"tools/statistics.py with numpy {np.__version__}, scipy {scipy.__version__}, statsmodels {statsmodels.__version__}",
    "gammaln": gammaln(),
    "normal": normal(),
    "evidence": evidence(),
    "sequence": sequence(),
    "differences": differences(),
    "plans": plans(),
}
target = ROOT / "src/statistics/tests/reference.json"
target.parent.mkdir(parents=True, exist_ok=True)
lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in reference.items())
target.write_text("{" + lines + "}\n")
