from pathlib import Path

from pymongo import MongoClient

from deploy.local.kafka import TOPIC_COMMAND, _cluster_id, run_tool
from deploy.local.mongo import answers
from tests.support.servers import private_database, private_kafka


def test_kafka_takes_topics(kafka: str) -> None:
    run_tool(TOPIC_COMMAND, ("--bootstrap-server", kafka, "--create", "--topic", "deploy-test"))

    listed = run_tool(TOPIC_COMMAND, ("--bootstrap-server", kafka, "--list"))

    assert "deploy-test" in listed.splitlines()


def test_killed_broker_comes_back_with_its_topics(tmp_path: Path) -> None:
    with private_kafka(tmp_path) as kafka:
        run_tool(
            TOPIC_COMMAND, ("--bootstrap-server", kafka.bootstrap, "--create", "--topic", "kept")
        )

        kafka.nodes[0].kill()
        kafka.start_node(0)

        listed = run_tool(TOPIC_COMMAND, ("--bootstrap-server", kafka.bootstrap, "--list"))
        assert "kept" in listed.splitlines()


def test_killed_database_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    with private_database(tmp_path) as database:
        with MongoClient[dict[str, object]](database.url) as client:
            client.kept.things.insert_one({"_id": 1})

        database.process.kill()
        assert not answers(database.url)
        database.start()

        with MongoClient[dict[str, object]](database.url) as client:
            assert client.kept.things.find_one() == {"_id": 1}


def test_cluster_of_three_goes_on_without_one(tmp_path: Path) -> None:
    with private_kafka(tmp_path, nodes=3) as kafka:
        kafka.nodes[0].kill()

        servers = kafka.bootstrap.split(",", 1)[1]
        create = ("--bootstrap-server", servers, "--create", "--topic", "safe")
        made = run_tool(TOPIC_COMMAND, (*create, "--replication-factor", "2"))

        assert "Created topic safe." in made


def test_no_cluster_id_looks_like_an_option(tmp_path: Path) -> None:
    ids = [_cluster_id(tmp_path / str(number)) for number in range(300)]

    assert all(len(each) == 22 for each in ids)
    assert not [each for each in ids if each.startswith("-")]
