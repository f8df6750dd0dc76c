"""Password rules."""


class Length:
    def validate(self, password, user=None):
        return None

    def get_help_text(self):
        return ""


class CharacterKinds(Length):
    pass


class NotCommon(Length):
    pass


class NotLocalName(Length):
    pass


class NotLikeAccount(Length):
    pass
