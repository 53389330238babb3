"""Money: whole minor units of one currency. Exact, never a float."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

# ISO 4217 (list one, 2026): active codes by number of decimals; everything not
# named in ZERO or THREE has two.
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ "
    "GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL "
    "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR "
    "PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
    "TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG"
)
EXPONENTS: dict[str, int] = (
    {code: 0 for code in _ZERO.split()}
    | {code: 2 for code in _TWO.split()}
    | {code: 3 for code in _THREE.split()}
)

Number = int | Decimal | Fraction


class MoneyError(ValueError):
    """A money value that cannot be: wrong text, unknown currency, mixed currencies, a float."""


def exponent(currency: str) -> int:
    """Decimals of a currency's minor unit (USD 2, JPY 0, KWD 3); MoneyError when unknown."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise MoneyError(f"unknown currency {currency!r}: an ISO 4217 code is needed") from None


def round_half_up(value: Fraction) -> int:
    """The nearest whole number, halves away from zero: 2.5 -> 3, -2.5 -> -3."""
    return _divided(value.numerator, value.denominator)


def _divided(top: int, bottom: int) -> int:
    """top / bottom (above zero) to the nearest whole number, halves away from zero. Plain integers: fast."""
    whole = (abs(top) * 2 + bottom) // (bottom * 2)
    return whole if top >= 0 else -whole


def share(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Split whole units by weights so that the parts sum to the total exactly.

    Largest remainders first, ties to the earlier part. Weights are >= 0 and not all zero.
    Example: share(100, [1, 1, 1]) == [34, 33, 33].
    """
    whole = sum(weights)
    if not weights or whole <= 0 or any(w < 0 for w in weights):
        raise MoneyError("weights must be zero or more, with at least one above zero")
    sign = -1 if total < 0 else 1
    size = abs(total)
    exact = [Fraction(w) * size / Fraction(whole) for w in weights]
    parts = [e.numerator // e.denominator for e in exact]
    left = size - sum(parts)
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:left]:
        parts[i] += 1
    return [sign * p for p in parts]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one ISO 4217 currency. Example: Money(1234, "USD") is 12.34."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise MoneyError(f"minor units must be int, not {type(self.minor).__name__}")
        exponent(self.currency)

    @classmethod
    def of(cls, amount: str | int | Decimal | Fraction, currency: str) -> Money:
        """Money from major units, exactly: Money.of("12.34", "USD"). Refuses floats and lost digits."""
        if isinstance(amount, float):
            raise MoneyError("a float is not exact: pass text, int or Decimal")
        try:
            value = parse_decimal(amount) if isinstance(amount, str) else amount
            top, bottom = value.as_integer_ratio()
        except (ValueError, OverflowError):
            raise MoneyError(f"{amount!r} is not an amount") from None
        minor, rest = divmod(top * 10 ** exponent(currency), bottom)
        if rest:
            raise MoneyError(f"{amount} has more decimals than {currency} allows")
        return cls(minor, currency)

    @classmethod
    def rounded(cls, amount: Number, currency: str) -> Money:
        """Money from exact major units, rounded half up to the minor unit."""
        if isinstance(amount, float):
            raise MoneyError("a float is not exact: pass int, Decimal or Fraction")
        top, bottom = amount.as_integer_ratio()
        return cls(_divided(top * 10 ** exponent(currency), bottom), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def total(cls, items: Iterable[Money], currency: str) -> Money:
        """Sum of amounts, all of which must be in the currency; zero of it when there are none."""
        result = cls(0, currency)
        for item in items:
            result = result + item
        return result

    @property
    def amount(self) -> Decimal:
        """Major units as an exact Decimal: Money(1234, "USD").amount == Decimal("12.34")."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def _same(self, other: Money) -> None:
        if not isinstance(other, Money):
            raise TypeError(f"Money and {type(other).__name__} do not mix")
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not mix: convert first")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return trusted(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return trusted(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return trusted(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __mul__(self, count: int) -> Money:
        if type(count) is not int:
            raise TypeError("Money multiplies by int; use times() for rates, which rounds")
        return Money(self.minor * count, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __gt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor > other.minor

    def __ge__(self, other: Money) -> bool:
        self._same(other)
        return self.minor >= other.minor

    def times(self, rate: Number) -> Money:
        """This amount times an exact rate, rounded half up to the minor unit once."""
        if isinstance(rate, float):
            raise MoneyError("a float rate is not exact: pass Decimal or Fraction")
        top, bottom = rate.as_integer_ratio()
        return trusted(_divided(self.minor * top, bottom), self.currency)

    def split(self, n: int) -> list[Money]:
        """n parts as equal as can be, larger ones first, that sum to this amount."""
        return self.allocate([1] * n)

    def allocate(self, weights: Sequence[int | Fraction]) -> list[Money]:
        """Parts in proportion to weights that sum to this amount exactly (see share)."""
        return [Money(part, self.currency) for part in share(self.minor, weights)]

    def __str__(self) -> str:
        places = exponent(self.currency)
        whole, rest = divmod(abs(self.minor), 10**places)
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{whole:,}{f'.{rest:0{places}d}' if places else ''} {self.currency}"


def trusted(minor: int, currency: str) -> Money:
    """Money of parts that are known to be good, without looking at them again: what sums are made of."""
    money = object.__new__(Money)
    object.__setattr__(money, "minor", minor)
    object.__setattr__(money, "currency", currency)
    return money


def to_currency(money: Money, currency: str, rate: Number) -> Money:
    """Convert at `rate` units of the target per one unit of the source, rounded half up once.

    Example: to_currency(Money(1000, "USD"), "CNY", Decimal("7.10")) == Money(7100, "CNY").
    """
    top, bottom = minor_ratio(money.currency, currency, rate)
    return Money(_divided(money.minor * top, bottom), currency)


def minor_ratio(source: str, target: str, rate: Number) -> tuple[int, int]:
    """A rate between major units as a ratio of whole numbers between minor units.

    Example: minor_ratio("USD", "JPY", Decimal(150)) == (150, 100).
    """
    if isinstance(rate, float):
        raise MoneyError("a float rate is not exact: pass Decimal or Fraction")
    top, bottom = rate.as_integer_ratio()
    return top * 10 ** exponent(target), bottom * 10 ** exponent(source)


def parse_decimal(text: str) -> Decimal:
    """A plain decimal number from text; MoneyError for NaN, infinities, grouping, sizes beyond reason."""
    try:
        value = Decimal(text.strip())
        if "_" in text:
            raise InvalidOperation
    except InvalidOperation:
        raise MoneyError(f"{text!r} is not a number") from None
    if not value.is_finite() or abs(value.adjusted()) > 18:
        raise MoneyError(f"{text!r} is not a number of reasonable size")
    return value


def quantize(value: Number, places: int) -> Decimal:
    """An exact number rounded half up to a number of decimals."""
    top, bottom = value.as_integer_ratio()
    return Decimal(_divided(top * 10**places, bottom)).scaleb(-places)
