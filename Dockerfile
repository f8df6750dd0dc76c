# One image for web, worker, beat and the one-shot preparation; docker-compose.yml says which command each runs.
FROM debian:bookworm-slim

WORKDIR /app
# System packages and the locked Python packages first: this layer stays while only the program changes.
COPY bin/setup bin/setup
COPY requirements.txt requirements-uv.txt ./
RUN bin/setup && rm -rf /var/lib/apt/lists/* /root/.cache

ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PENXI_ENV=production \
    PENXI_VAR=/data \
    WEB_BIND=0.0.0.0:8000

COPY . .
# Gathering static files needs settings, not their real values; nothing of this stays in the image.
RUN python -m reports.typeset.fetch /app/.venv/fonts \
 && useradd --system --uid 10001 --home-dir /data penxi \
 && SECRET_KEY="$(head -c 64 /dev/urandom | base64 -w0)" ALLOWED_HOSTS=build DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    python manage.py collectstatic --noinput \
 && chown -R penxi: /data
USER penxi
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "-c", "penxi_pilot/gunicorn.py", "penxi_pilot.wsgi"]
