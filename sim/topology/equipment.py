"""What stands in the cabinets of a generated network: loads, batteries, rectifiers, generators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.streams import Streams
from sim.topology.luck import Luck
from sim.topology.roles import ACCESS, AGGREGATION, CORE, HUB, Roles
from sim.topology.sites import RURAL, Draft
from sim.topology.spec import Generated
from sim.topology.tables import Bools, Floats, Ints

_MODULE_A: Final = 50.0  # a rectifier module: 3 kW, 50 A. Source: parameters §1.2
_MODULE_KW: Final = 3.0
_VOLTS: Final = 48.0
_CHARGE_PER_H: Final = 0.10  # charge current, part of the ampere-hours. Source: parameters §1.3
_STEP_AH: Final = 100.0


@dataclass(frozen=True)
class Power:
    """Columns of the power plant, one value a site; `shared_5g` marks sites with a 5G radio of each group."""

    load_4g_w: Floats
    load_5g_w: Floats
    load_transmission_w: Floats
    battery_ah: Floats
    chemistry: Ints
    two_stage: Bools
    rectifier_kw: Floats
    fixed_generator_kw: Floats
    cabinet: Ints
    monitor: Ints
    has_5g: Bools


def equip(spec: Generated, draft: Draft, roles: Roles, streams: Streams) -> Power:
    """Equipment of every site."""
    knobs, luck = spec.equipment, Luck(streams, draft.key)
    rural = draft.zone == RURAL
    has_5g = _has_5g(spec, draft, luck)
    load_4g, load_5g = _radio_w(spec, draft, has_5g, luck)
    transmission = _transmission_w(spec, roles, luck)
    load = load_4g + load_5g + transmission
    lfp = luck.below("lfp", knobs.lfp_share) & (roles.role < CORE)
    ah = _battery_ah(spec, draft, roles, (lfp, load), luck)
    modules = np.ceil((load / _VOLTS + ah * _CHARGE_PER_H) / _MODULE_A) + 1
    room = luck.below("room", np.where(rural, knobs.room_rural, knobs.room_urban)) | (roles.role != ACCESS)
    return Power(
        load_4g_w=load_4g,
        load_5g_w=load_5g,
        load_transmission_w=transmission,
        battery_ah=ah,
        chemistry=lfp.astype(np.int64),
        two_stage=luck.below("two_stage", knobs.two_stage_share),
        rectifier_kw=modules * _MODULE_KW,
        fixed_generator_kw=_generator_kw(spec, roles, luck),
        cabinet=room.astype(np.int64),
        monitor=luck.below("monitor", knobs.wireless_monitor_share).astype(np.int64),
        has_5g=has_5g,
    )


def _has_5g(spec: Generated, draft: Draft, luck: Luck) -> Bools:
    """5G radios of mobile, and of unicom and telecom together, shape (sites, 2): the two share one radio."""
    share = np.where(draft.zone == RURAL, spec.equipment.share_5g_rural, spec.equipment.share_5g_urban)
    present = np.column_stack([draft.operators[:, 0], draft.operators[:, 1] | draft.operators[:, 2]])
    drawn = np.column_stack([luck.below("5g_mobile", share), luck.below("5g_shared", share)])
    return np.asarray(present & drawn)


def _radio_w(spec: Generated, draft: Draft, has_5g: Bools, luck: Luck) -> tuple[Floats, Floats]:
    knobs, rural = spec.equipment, draft.zone == RURAL
    watts_4g = np.zeros(len(draft.key))
    for n in range(draft.operators.shape[1]):
        watts_4g += np.where(draft.operators[:, n], luck.between(f"4g_w_{n}", *knobs.load_4g_w), 0.0)
    watts_5g = np.zeros(len(draft.key))
    for n in range(has_5g.shape[1]):
        small = luck.below(f"8t8r_{n}", knobs.rural_8t8r_share)
        rural_w = np.where(
            small,
            luck.between(f"8t8r_w_{n}", *knobs.load_5g_8t8r_w),
            luck.between(f"32t32r_w_{n}", *knobs.load_5g_rural_w),
        )
        watts = np.where(rural, rural_w, luck.between(f"64t64r_w_{n}", *knobs.load_5g_urban_w))
        watts_5g += np.where(has_5g[:, n], watts, 0.0)
    return np.round(watts_4g), np.round(watts_5g)


def _transmission_w(spec: Generated, roles: Roles, luck: Luck) -> Floats:
    knobs, role = spec.equipment, roles.role
    access = luck.between("transmission_w", *knobs.load_transmission_w)
    hub = luck.between("transmission_w", *knobs.load_transmission_hub_w)
    choices = [hub, np.full(len(role), knobs.load_aggregation_w), np.full(len(role), knobs.load_core_w)]
    return np.round(np.select([role == HUB, role == AGGREGATION, role == CORE], choices, default=access))


def _battery_ah(spec: Generated, draft: Draft, roles: Roles, known: tuple[Bools, Floats], luck: Luck) -> Floats:
    """Ampere-hours in steps of 100: nominal by tenants, scattered; more at hubs and in the core."""
    knobs = spec.equipment
    lfp, load = known
    nominal = np.array(knobs.battery_ah)[draft.tenants - 1]
    nominal = nominal * luck.between("battery", 1 - knobs.battery_scatter, 1 + knobs.battery_scatter)
    nominal = nominal * np.where(lfp, knobs.lfp_size, 1.0)
    usual = np.clip(_stepped(nominal), *knobs.battery_limits_ah)
    small = np.maximum(_stepped(nominal * knobs.battery_class_d), _STEP_AH)
    core = _stepped(load / _VOLTS * knobs.battery_core_h / 0.94)  # capacity factor at 8 h. Source: parameters §1.3
    choices = [
        core,
        np.maximum(_stepped(nominal * 2), knobs.battery_aggregation_ah),
        np.maximum(_stepped(nominal * 1.5), knobs.battery_hub_ah),
        np.maximum(_stepped(nominal * 1.5), usual),
        small,
    ]
    cases = [roles.role == CORE, roles.role == AGGREGATION, roles.role == HUB]
    return np.select([*cases, roles.site_class == 0, roles.site_class == 3], choices, default=usual)


def _stepped(ah: Floats) -> Floats:
    return np.round(ah / _STEP_AH) * _STEP_AH


def _generator_kw(spec: Generated, roles: Roles, luck: Luck) -> Floats:
    knobs, role = spec.equipment, roles.role
    luckily = luck.uniform("fixed_generator")
    share = np.where(roles.site_class == 0, knobs.generator_class_a_share, 0.0)
    share = np.where(role == HUB, knobs.generator_hub_share, share)
    some = np.where(luckily < share, knobs.generator_key_kw, 0.0)
    choices = [
        np.full(len(role), knobs.generator_aggregation_kw),
        np.full(len(role), knobs.generator_core_kw),
    ]
    return np.select([role == AGGREGATION, role == CORE], choices, default=some)
