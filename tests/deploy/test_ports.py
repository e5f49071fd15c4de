import socket

from deploy.local.plan import PREFERRED_PORTS, choose_ports
from deploy.local.ports import FREE_PORTS, LOOPBACK, free_port, is_free, preferred_or_free


def test_port_in_use_moves_to_a_free_one() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]

        port = preferred_or_free(taken)

    assert port != taken
    assert is_free(port)


def test_free_port_is_kept() -> None:
    port = free_port()

    assert preferred_or_free(port) == port


def test_free_ports_lie_below_the_range_of_client_ports() -> None:
    assert free_port() in FREE_PORTS
    assert FREE_PORTS.stop <= 32_768


def test_every_part_gets_a_port_of_its_own() -> None:
    ports = choose_ports({})

    assert ports.keys() == PREFERRED_PORTS.keys()
    assert len(set(ports.values())) == len(ports)


def test_servers_of_ones_own_keep_their_ports_unasked() -> None:
    with socket.create_server((LOOPBACK, 0)):
        ports = choose_ports({"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "MONGO_URL": "mongodb://db"})

    assert (ports["kafka"], ports["mongo"]) == (9092, 27017)
