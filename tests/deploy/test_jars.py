import hashlib
from pathlib import Path

import httpx2
import pytest
from jgo.maven import Artifact, MavenContext
from pytest_httpserver import HTTPServer

from deploy.local.jars import JarError, _download, class_path

JAR = b"PK not really"
PATH = "/org/example/thing/1.0/thing-1.0.jar"


@pytest.fixture
def artifact(tmp_path: Path, httpserver: HTTPServer) -> Artifact:
    repositories = {"test": httpserver.url_for("").rstrip("/")}
    context = MavenContext(repo_cache=tmp_path, remote_repos=repositories)
    return context.project("org.example", "thing").at_version("1.0").artifact()


def download(artifact: Artifact, content: bytes) -> Path:
    with httpx2.Client(trust_env=False) as client:
        return _download(client, artifact, hashlib.sha256(content).hexdigest())


def test_locked_jar_is_downloaded_whole(artifact: Artifact, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_data(JAR)

    assert download(artifact, JAR).read_bytes() == JAR


def test_jar_that_is_not_the_locked_one_is_refused(
    artifact: Artifact, httpserver: HTTPServer, tmp_path: Path
) -> None:
    httpserver.expect_request(PATH).respond_with_data(b"PK something else")

    with pytest.raises(JarError, match="sha256 is not the one"):
        download(artifact, JAR)

    assert not list(tmp_path.rglob("*.jar"))


def test_download_that_failed_is_tried_again(artifact: Artifact, httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request(PATH).respond_with_data("busy", status=503)
    httpserver.expect_request(PATH).respond_with_data(JAR)

    assert download(artifact, JAR).read_bytes() == JAR


def test_class_path_is_one_kafka_and_its_own_clients() -> None:
    names = [Path(entry).name for entry in class_path().split(":")]

    ours = [name for name in names if name.startswith(("kafka", "connect"))]
    assert all(name.endswith("-4.3.1.jar") for name in ours)
    assert "kafka-clients-4.3.1.jar" in ours
