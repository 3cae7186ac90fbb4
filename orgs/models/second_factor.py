"""双重验证: a code from the person's phone beside the password (RFC 6238)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.kernel.crypto import EncryptedTextField


class SecondFactor(models.Model):
    """One person's authenticator: the secret is encrypted, of recovery codes only hashes are kept, each used once."""

    user = models.OneToOneField("orgs.User", on_delete=models.CASCADE, related_name="second_factor")
    secret = EncryptedTextField(help_text="base32, 160 bits")
    # None: the person was shown the secret, but has not proved that the phone has it.
    confirmed_at = models.DateTimeField(_("启用时间"), null=True, blank=True)
    # The time step of the last code that was taken: a code seen over somebody's shoulder is of no use.
    last_step = models.BigIntegerField(default=0)
    recovery_hashes = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("双重验证")
        verbose_name_plural = _("双重验证")

    def __str__(self) -> str:
        return str(self.user_id)

    @property
    def is_confirmed(self) -> bool:
        """From now on the password alone lets nobody in."""
        return self.confirmed_at is not None
