"""The nginx configuration that is shipped, filled in and asked: nginx and gunicorn on loopback, production settings."""

import gzip
import hashlib
import http.client
import os
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from tests.browser.portal import BIN, eventually, own_database
from tests.chaos.machinery import free_port
from tests.config.test_settings import COMPLETE
from tests.desk.installed import PDF, Site

pytestmark = [pytest.mark.nginx, pytest.mark.postgresql, pytest.mark.own_database, pytest.mark.xdist_group("nginx")]
HOST = "wspolnie.example.org"


class Front(Site):
    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder, environment)
        self.port, self.behind = free_port(), free_port()

    def nginx(self, *more: str) -> list[str]:
        said = (settings.BASE_DIR / "deploy/nginx.conf").read_text()
        for name, value in {"GUNICORN": f"127.0.0.1:{self.behind}", "LISTEN": f"127.0.0.1:{self.port}", "HOST": HOST}.items():
            said = said.replace(f"<{name}>", value)
        (self.folder / "site.conf").write_text(said.replace("<VAR>", str(self.folder)))
        (self.folder / "nginx.conf").write_text(
            f"user root; daemon off; pid {self.folder}/nginx.pid; error_log {self.folder}/start.log;\n"
            f"events {{}}\nhttp {{ include /etc/nginx/mime.types; include {self.folder}/site.conf; }}\n"
        )
        return ["nginx", "-c", str(self.folder / "nginx.conf"), *more]

    def ask_for(
        self, path: str, method: str = "GET", body: str = "", seen_as: str = "127.0.0.1", **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(seen_as, 0))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, body or None, {"Host": HOST, **named})
        with closing(line):
            answer = line.getresponse()
            return answer, answer.read()

    def answers(self) -> bool:
        try:
            return self.ask_for("/healthz")[0].status == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    folder = tmp_path_factory.mktemp("front")
    environment = {name: value for name, value in os.environ.items() if name != "DEMO"}
    with own_database(environment):
        environment = COMPLETE | environment | {"TRUSTED_PROXIES": "1", "FILES_BY_NGINX": "1"}
        front = Front(folder, environment)
        front.settle()
        front.manage("collectstatic", "--noinput")
        checked = subprocess.run(front.nginx("-t"), capture_output=True, text=True, check=False)  # noqa: S603
        assert checked.returncode == 0, checked.stderr
        log = (folder / "log.txt").open("w")
        web = [str(BIN / "gunicorn"), "config.wsgi", "--bind", f"127.0.0.1:{front.behind}", "--no-control-socket"]
        running = [
            subprocess.Popen(command, env=front.environment, cwd=settings.BASE_DIR, stdout=log, stderr=log)  # noqa: S603
            for command in (web, front.nginx())
        ]
        try:
            eventually(front.answers, "nginx with gunicorn behind it")
            yield front
        finally:
            for process in running:
                process.terminate()
                process.wait(timeout=30)
            log.close()


def test_static_files_are_kept_for_a_year_and_compressed(front):
    page = front.ask_for("/")[1].decode()
    address = next(part.split('"')[0] for part in page.split('href="') if part.startswith("/static/") and ".css" in part)
    answer, body = front.ask_for(address, Accept_Encoding="gzip")
    plain = front.ask_for(address)[1]
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == plain


def test_public_pages_are_compressed_and_pages_of_people_are_not(front):
    assert front.ask_for("/", Accept_Encoding="gzip")[0].headers["Content-Encoding"] == "gzip"
    assert front.ask_for("/konto/login/", Accept_Encoding="gzip")[0].headers["Content-Encoding"] is None


def test_a_stored_file_comes_from_nginx_with_the_hash_of_its_content(front):
    answer, body = front.ask_for(PDF)
    sha = front.ask("from programs.models import VersionFile; print(VersionFile.objects.ready().get().sha256)")
    assert (answer.status, hashlib.sha256(body).hexdigest()) == (200, sha)
    assert answer.headers["ETag"] == f'"{sha}"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "immutable" in answer.headers["Cache-Control"]
    part, some = front.ask_for(PDF, Range="bytes=10-19", If_Range=f'"{sha}"')
    assert (part.status, some) == (206, body[10:20])
    assert front.ask_for(PDF, If_None_Match=f'"{sha}"')[0].status == 304


def test_nobody_else_is_led_to_stored_files(front):
    (front.folder / "media" / "secret.txt").write_text("secret")
    assert front.ask_for("/files-of-the-portal/secret.txt")[0].status == 404


def test_only_this_machine_hears_how_the_portal_fares(front):
    assert front.ask_for("/readyz")[0].status in (200, 503)
    assert front.ask_for("/readyz", seen_as="127.0.0.2")[0].status == 403


def test_the_visitor_is_who_nginx_saw_whatever_the_visitor_claims(front):
    page, form = front.ask_for("/konto/haslo/")
    cookie = page.headers["Set-Cookie"].split(";")[0]
    token = form.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    front.ask_for(
        "/konto/haslo/",
        "POST",
        f"csrfmiddlewaretoken={token}&login=koordynator%40example.org&password=wrong-password",
        Cookie=cookie,
        X_Forwarded_For="203.0.113.9, 203.0.113.10",
        Content_Type="application/x-www-form-urlencoded",
        Referer=COMPLETE["PUBLIC_URL"],
        Origin=COMPLETE["PUBLIC_URL"],
    )
    told = front.ask(
        "from accounts.models import AuditEntry; print(AuditEntry.objects.filter(what='sign_in_refused').get().after)"
    )
    assert "127.0.0.0/24" in told


def test_the_log_names_nobody_and_lets_nobody_in(front):
    front.ask_for("/l/as-good-as-a-password/?q=anna@example.org")
    front.ask_for("/konsultacje/?q=anna@example.org")
    log = eventually(lambda: "/konsultacje/" in (text := (front.folder / "access.log").read_text()) and text, "the log")
    assert "as-good-as" not in log
    assert "anna" not in log
    assert "127.0.0.0" in log
    assert "127.0.0.1" not in log
