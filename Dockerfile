# One image for web, worker and every other command: `docker run … seawall COMMAND`. See docs/operate.md.
FROM python:3.12-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src ./src
RUN python -m venv /opt/seawall \
    && /opt/seawall/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt ".[postgres]"

FROM python:3.12-slim-bookworm
# pg_dump and pg_restore for backups, fonts for reports as PDF.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client fonts-noto-cjk tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 seawall \
    && useradd --uid 10001 --gid seawall --no-create-home --shell /usr/sbin/nologin seawall \
    && install -d -o seawall -g seawall -m 0700 /srv/seawall
COPY --from=build /opt/seawall /opt/seawall
ENV PATH=/opt/seawall/bin:$PATH SEAWALL_HOME=/srv/seawall/home PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER seawall
WORKDIR /srv/seawall
VOLUME /srv/seawall
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "seawall"]
CMD ["serve"]
