import os

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "USER": "app",
        "PASSWORD": "{{generic-secret}}",
        "HOST": os.getenv("DB_HOST", "localhost"),
    }
}
SENTRY_TRACES_SAMPLE_RATE = 0.2
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
STRIPE_API_KEY = "{{stripe-live-key}}"
TOKEN_MODEL = "accounts.ApiToken"
