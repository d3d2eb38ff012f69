# One image for web, worker, beat and the migration; docker-compose.yml says which is which.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

COPY requirements/app.txt requirements/app.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/app.txt

COPY . .
# Collecting reads the settings, which refuse to be read without these. None of them is used, and none stays in the image.
RUN SEXTANT_SECRET_KEY=only-while-the-static-files-of-this-image-are-collected \
    SEXTANT_TABLET_KEY=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210 \
    SEXTANT_DATABASE_URL=sqlite:///:memory: \
    SEXTANT_BROKER_URL=memory:// \
    SEXTANT_SITE_URL=http://localhost \
    SEXTANT_EMAIL_URL=memorymail:// \
    SEXTANT_EMAIL_FROM=nobody@localhost \
    python manage.py collectstatic --no-input --verbosity 0

# The code belongs to root and cannot be changed by who runs it; beat keeps its last ticks in var/beat.
RUN useradd --system --no-create-home --uid 10001 sextant && install -d -o sextant var/beat
USER sextant

EXPOSE 8000
CMD ["gunicorn", "tracker.wsgi", "--bind", "0.0.0.0:8000", "--no-control-socket"]
