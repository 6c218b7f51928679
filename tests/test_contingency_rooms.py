"""What the arithmetic of machine rooms says of a loss, beside what the living model comes to in two days."""

import random

import pytest
import simpy
from facilities import random_facility

from sim.contingency.static import Static
from sim.contingency.wiring import Loss
from sim.log import EventLog
from sim.models.rooms.rooms import Rooms
from sim.streams import Streams
from sim.topology.plant import plant_of
from sim.vocabulary import KINDS


class Silent:
    def raised(self, *_): ...
    def ended(self, *_): ...
    def service_changed(self, *_): ...


def elements(plant):
    yield from (("node", name) for name in plant.nodes)
    yield from (("cooler", name) for name in plant.coolers)
    yield from (("device", name) for name in plant.devices)
    yield from (("link", name) for name in plant.links)
    for name, device in plant.devices.items():
        yield from (("supply", f"{name}.{letter}") for letter in device.supplies)


def lived(plant, losses):
    """Devices and services that were out at any time of the last 12 of 48 hours."""
    env = simpy.Environment()
    log = EventLog(tuple(KINDS))
    rooms = Rooms(plant, env, log, Streams(1))
    rooms.listener = Silent()
    rooms.begin()
    env.run(until=4.0)
    for sort, name in losses:
        kind = plant.nodes[name].kind if sort == "node" else sort
        rooms.fail(kind, name, -1)
    services, devices = set(), set()
    for quarter in range(4 * 36, 4 * 48):
        env.run(until=quarter / 4)
        services |= set(rooms.out)
        devices |= {name for name in plant.devices if not rooms.devices.up(name)}
    return services, devices


def told(plant, losses):
    loss = Loss()
    for sort, name in losses:
        if sort == "supply":
            device, _, letter = name.rpartition(".")
            loss |= Loss(supplies=frozenset({(device, plant.devices[device].supplies.index(letter))}))
        else:
            loss |= Loss(**{f"{sort}s": frozenset({name})})
    found = Static(plant).outcome(loss)
    return set(found.out), set(found.down), found


def in_order(seeds):
    """Machine rooms in which nothing trips and nothing is too warm before something is lost."""
    return [seed for seed in seeds if Static(plant_of(random_facility(seed))).in_order]


@pytest.mark.parametrize("seed", in_order(range(150)))
def test_the_arithmetic_agrees_with_the_living_model(seed):
    plant = plant_of(random_facility(seed))
    luck = random.Random(seed)
    every = list(elements(plant))
    for _ in range(5):
        losses = luck.sample(every, luck.choice([1, 1, 2, 2, 3]))
        services, devices, found = told(plant, losses)
        assert (services, devices) == lived(plant, losses), (losses, found.events)
