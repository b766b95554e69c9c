"""Which coalitions to ask for where not all can be asked, and what their answers are worth.

Coalitions come in complementary pairs: half the difference between a coalition and its complement
holds the odd part of the game, all that Shapley values are made of. The values follow from these
by Bayesian quadrature: the odd part is a Gaussian process over coalitions, whose terms of order k
(the odd Fourier characters of the cube) share a variance that falls by ``DECAY`` every second
order. Single features are left free, so a linear game comes out right from few answers. Given a
design the values are a fixed linear map of the answers, computed once, and so is their posterior
variance, up to the scale of the game. Decay and width were chosen by error on two real tables;
neither matters much.

Sources: Covert and Lee 2021 (paired sampling); Musco and Witter 2024 (leverage sizes: every size
of coalition alike); Rasmussen and Ghahramani 2003 (Bayesian Monte Carlo).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Masks = NDArray[np.float32]

FIRST_ORDER = 1e4  # so wide that the data alone decide: linear games come out right
DECAY = 0.2
HIGHEST_ORDER = 9
SCALED_BY = 4
"""Designs whose answers tell the scale of the game, and with it the coalitions' error."""
NUGGET = 1e-4  # of orders that are left out, and of rounding


@dataclass(frozen=True, eq=False)
class Design:
    """Coalitions in complementary pairs, and the map from their answers to the values.

    Attributes
    ----------
    masks : (2 pairs, players) float32 array
        The coalitions, then their complements.
    weights : (players, pairs) array
        What half the difference of each pair adds to each value.
    total_weight : (players,) array
        What the difference between everybody and nobody adds.
    variance : (players,) array
        Posterior variance of the values of a game of scale one.
    precision : (pairs + 1, pairs + 1) array, or None
        Inverse covariance of the answers, from which the scale follows; of the first designs.
    """

    masks: Masks
    weights: Floats
    total_weight: Floats
    variance: Floats
    precision: Floats | None

    @property
    def pairs(self) -> int:
        """How many pairs of coalitions are asked for."""
        return len(self.masks) // 2

    def values(self, v: Floats, total: Floats) -> Floats:
        """Return (…, players, outputs) for answers (…, 2 pairs, outputs), totals (…, outputs).

        Values are moved by the same small amount so that they add up to the total exactly.
        """
        half = 0.5 * (v[..., : self.pairs, :] - v[..., self.pairs :, :])
        found = self.weights @ half + self.total_weight[:, None] * total[..., None, :]
        rest = total - found.sum(axis=-2)
        return np.asarray(found + rest[..., None, :] / found.shape[-2])

    def scale(self, v: Floats, total: Floats) -> Floats:
        """Return (n, outputs): the scales of games with answers (n, 2 pairs, outputs).

        From how far each answer lies from what the others foretell, left out one by one
        (Sundararajan and Keerthi 2001).
        """
        if self.precision is None:
            raise ValueError("This design was not kept to tell the scale.")
        half = 0.5 * (v[:, : self.pairs] - v[:, self.pairs :])
        half = np.concatenate([half, 0.5 * total[:, None]], axis=1)
        surprise = (self.precision @ half) ** 2 / np.diag(self.precision)[:, None]
        return np.asarray(surprise[:, :-1].mean(axis=1))


@lru_cache(maxsize=4)
def designs(players: int, pairs: int, number: int, seed: int) -> tuple[Design, ...]:
    """Return several designs of the same size; nothing but the arguments decides them."""
    sources = np.random.default_rng([seed, players, pairs]).spawn(number)
    return tuple(
        _design(_coalitions(players, pairs, source), scaling=i < SCALED_BY)
        for i, source in enumerate(sources)
    )


def _design(members: Masks, *, scaling: bool) -> Design:
    n, players = members.shape
    signs = np.concatenate([2.0 * members - 1.0, np.ones((1, players))])
    apart = np.rint((players - signs @ signs.T) / 2).astype(int)  # where two coalitions differ
    orders = range(1, min(HIGHEST_ORDER, players) + 1, 2)
    shared = {k: FIRST_ORDER if k == 1 else DECAY ** ((k - 1) / 2) for k in orders}
    characters = _characters(players, max(orders))
    covariance = sum(shared[k] * characters[k][apart] / characters[k][0] for k in orders)
    covariance = np.asarray(covariance) + NUGGET * np.eye(n + 1)
    with_values = _covariance_with_values(signs, shared)
    precision = np.linalg.inv(covariance)
    precision = (precision + precision.T) / 2
    weights = with_values @ precision
    prior = _prior(players, shared)
    variance = np.maximum(prior - np.einsum("pn,pn->p", weights, with_values), 0.0)
    return Design(
        masks=np.concatenate([members, 1.0 - members]),
        weights=weights[:, :-1],
        total_weight=0.5 * weights[:, -1],
        variance=variance,
        precision=precision if scaling else None,
    )


def _prior(players: int, shared: dict[int, float]) -> float:
    """Return the prior variance of one value, the sum of 2 beta_T / |T| over all T that hold it.

    Of the terms of order k these are C(players - 1, k - 1) / C(players, k) = k / players.
    """
    return sum(variance * (2 / k) ** 2 * (k / players) for k, variance in shared.items())


def _characters(players: int, highest: int) -> list[Floats]:
    """Return, by order k, the sum of all characters of that order at each Hamming distance.

    The Krawtchouk polynomials, by their three-term recurrence; at distance 0 they count the
    characters, C(players, k).
    """
    distance = np.arange(players + 1, dtype=np.float64)
    found = [np.ones(players + 1), players - 2 * distance]
    for k in range(1, highest):
        risen = (players - 2 * distance) * found[k] - (players - k + 1) * found[k - 1]
        found.append(risen / (k + 1))
    return found


def _covariance_with_values(signs: Floats, shared: dict[int, float]) -> Floats:
    """Return (players, answers): the prior covariance of each value with each answer.

    Of order k: variance / C(players, k) times 2 / k times the sum of the characters that hold the
    player, which is its sign times the characters of order k - 1 of the others.
    """
    players = signs.shape[1]
    others = _characters(players - 1, max(max(shared) - 1, 1)) if players > 1 else [np.ones(1)]
    outside = (players - signs.sum(axis=1)) / 2
    remaining = np.rint(outside[None, :] - (signs.T < 0)).astype(int)
    total = np.zeros((players, len(signs)))
    for k, variance in shared.items():
        total += variance / comb(players, k) * (2 / k) * others[k - 1][remaining]
    return total * signs.T


def _coalitions(players: int, pairs: int, rng: np.random.Generator) -> Masks:
    """Return (pairs, players): one coalition of each pair, of at most half the players.

    Every size gets as many pairs; a size whose share covers all its coalitions is listed whole.
    """
    parts: list[Masks] = []
    sizes, left = list(range(1, players // 2 + 1)), pairs
    while sizes and left > 0:
        share = left / len(sizes)
        whole = next((s for s in sizes if _count(players, s) <= share), None)
        if whole is None:
            break
        parts.append(_all_of_size(players, whole))
        left -= len(parts[-1])
        sizes.remove(whole)
    if sizes and left > 0:
        # The smallest sizes first: they tell most about single features.
        each = np.full(len(sizes), left // len(sizes))
        each[: left % len(sizes)] += 1
        parts += [_drawn(players, s, int(n), rng) for s, n in zip(sizes, each, strict=True) if n]
    return np.concatenate(parts) if parts else np.zeros((0, players), dtype=np.float32)


def _count(players: int, size: int) -> int:
    """Return how many pairs hold a coalition of that size."""
    return comb(players, size) // (2 if 2 * size == players else 1)


def _all_of_size(players: int, size: int) -> Masks:
    listed: Iterator[tuple[int, ...]] = combinations(range(players), size)
    if 2 * size == players:  # the complement of one without player 0 holds it
        listed = (members for members in listed if members[0] == 0)
    members = np.array(list(listed))
    masks = np.zeros((len(members), players), dtype=np.float32)
    np.put_along_axis(masks, members, 1.0, axis=1)
    return masks


def _drawn(players: int, size: int, number: int, rng: np.random.Generator) -> Masks:
    """Return random coalitions of one size in which all players take part about as often.

    Cut from one permutation after the other; a coalition never spans two of them.
    """
    a_deal = players // size
    deals = -(-number // a_deal)
    order = rng.permuted(np.tile(np.arange(players), (deals, 1)), axis=1)
    members = order[:, : a_deal * size].reshape(-1, size)[:number]
    masks = np.zeros((number, players), dtype=np.float32)
    np.put_along_axis(masks, members, 1.0, axis=1)
    return masks
