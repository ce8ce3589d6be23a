package scenario

import (
	"fmt"
	"strconv"
	"strings"

	"tutor/runner/suggest"
)

// Condition says for which brokers an expectation counts: a product, and optionally a comparison
// with its version, as in "rabbitmq >=4.0", "rabbitmq <4.0" or "embedded". The embedded broker is
// built to RabbitMQ 4.3's specification and fits "rabbitmq" as that version.
//
// The zero Condition fits every broker.
type Condition struct {
	Product string
	// Op is one of = != < <= > >=, or empty.
	Op      string
	Version []int
}

// Fits reports whether the condition holds for a broker. Versions are compared as far as the condition
// gives them: 4.3.6 is "=4.3".
func (c Condition) Fits(product, version string) bool {
	product = strings.ToLower(product)
	if c.Product == "" {
		return true
	}
	if product == "embedded" && c.Product == "rabbitmq" {
		version = EmbeddedSpecification
	} else if product != c.Product {
		return false
	}
	if c.Op == "" {
		return true
	}
	order := compareVersions(parseVersion(version), c.Version)
	switch c.Op {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

// EmbeddedSpecification is the version of RabbitMQ that the embedded broker is built to.
const EmbeddedSpecification = "4.3"

func (c Condition) String() string {
	if c.Op == "" {
		return c.Product
	}
	parts := make([]string, len(c.Version))
	for i, n := range c.Version {
		parts[i] = strconv.Itoa(n)
	}
	return c.Product + " " + c.Op + strings.Join(parts, ".")
}

// ParseCondition reads "product", "product OP version" or "product OPversion".
func ParseCondition(s string) (Condition, error) {
	product, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	c := Condition{Product: strings.ToLower(product)}
	if c.Product != "rabbitmq" && c.Product != "embedded" {
		return Condition{}, fmt.Errorf("unknown broker %q%s", product, suggest.DidYouMean(c.Product, []string{"rabbitmq", "embedded"}))
	}
	rest = strings.ReplaceAll(rest, " ", "")
	if rest == "" {
		return c, nil
	}
	digits := strings.IndexAny(rest, "0123456789")
	if digits < 1 {
		return Condition{}, fmt.Errorf("want a comparison with a version such as >=4.0, not %q", rest)
	}
	switch c.Op = rest[:digits]; c.Op {
	case "=", "!=", "<", "<=", ">", ">=":
	default:
		return Condition{}, fmt.Errorf("unknown comparison %q: use one of = != < <= > >=", c.Op)
	}
	for part := range strings.SplitSeq(rest[digits:], ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return Condition{}, fmt.Errorf("version %q is not numbers and dots", rest[digits:])
		}
		c.Version = append(c.Version, n)
	}
	return c, nil
}

// parseVersion reads the leading numbers of a version; what follows them (-rc.1, +deb) is ignored.
func parseVersion(s string) []int {
	var v []int
	for part := range strings.SplitSeq(s, ".") {
		end := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(part)
		}
		n, err := strconv.Atoi(part[:end])
		if err != nil {
			return v
		}
		v = append(v, n)
		if end < len(part) {
			return v
		}
	}
	return v
}

// compareVersions compares as many parts as want has; missing parts of got count as 0.
func compareVersions(got, want []int) int {
	for i, w := range want {
		g := 0
		if i < len(got) {
			g = got[i]
		}
		if g != w {
			return g - w
		}
	}
	return 0
}
