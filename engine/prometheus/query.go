package prometheus

import (
	"net/url"
	"regexp"
	"strings"
)

// Query reads the expression of an alerting rule from the link to its graph,
// and takes away the comparison that makes it one: with it, there would be no
// value before the alert. The link itself is never followed.
func Query(link string) (string, bool) {
	u, err := url.Parse(link)
	if err != nil || len(link) > maxQuery {
		return "", false
	}
	expr := u.Query().Get("g0.expr")
	if expr == "" {
		return "", false
	}
	return bare(expr)
}

// constant is what a threshold is written as: a number, or arithmetic of numbers.
var constant = regexp.MustCompile(`^[\s(]*[-+]?[\d.][\d\s.eExX_()+\-*/%a-fA-F]*$`)

// bare returns an expression without its comparison with a constant. One that
// compares two queries, or joins conditions, has no one value: ok is false.
func bare(expr string) (out string, ok bool) {
	expr = unwrap(expr)
	if expr == "" {
		return "", false
	}
	at, width, n := -1, 0, 0
	valid := scan(expr, func(i int, token string) {
		switch strings.ToLower(token) {
		case "==", "!=", "<=", ">=", "<", ">":
			at, width = i, len(token)
			n++
		case "and", "or", "unless", "bool":
			n += 2
		}
	})
	switch {
	case !valid || n > 1:
		return "", false
	case n == 0:
		return expr, true
	}
	left, right := strings.TrimSpace(expr[:at]), strings.TrimSpace(expr[at+width:])
	switch {
	case left == "" || right == "":
		return "", false
	case constant.MatchString(right) && !constant.MatchString(left):
		return unwrap(left), true
	case constant.MatchString(left) && !constant.MatchString(right):
		return unwrap(right), true
	}
	return "", false
}

// unwrap takes away parentheses around all of an expression.
func unwrap(expr string) string {
	for {
		expr = strings.TrimSpace(expr)
		if !strings.HasPrefix(expr, "(") || !strings.HasSuffix(expr, ")") {
			return expr
		}
		outside := 0
		if !scan(expr, func(int, string) { outside++ }) || outside > 0 {
			return expr
		}
		expr = expr[1 : len(expr)-1]
	}
}

// scan calls found with each comparison sign, word and other sign that stands
// outside all brackets and strings; it reports whether they are closed in order.
func scan(expr string, found func(at int, token string)) bool {
	var open []byte
	for i := 0; i < len(expr); i++ {
		c := expr[i]
		switch {
		case c == '"' || c == '\'' || c == '`':
			end := closing(expr, i)
			if end < 0 {
				return false
			}
			if len(open) == 0 {
				found(i, expr[i:end+1])
			}
			i = end
		case c == '#':
			return false // a comment; no rule's link has one
		case c == '(':
			open = append(open, ')')
		case c == '[':
			open = append(open, ']')
		case c == '{':
			open = append(open, '}')
		case c == ')' || c == ']' || c == '}':
			if len(open) == 0 || open[len(open)-1] != c {
				return false
			}
			open = open[:len(open)-1]
			if len(open) == 0 && i < len(expr)-1 {
				found(i, string(c))
			}
		case len(open) > 0 || c == ' ' || c == '\t' || c == '\n' || c == '\r':
		default:
			end := i + 1
			for end < len(expr) && same(c, expr[end]) {
				end++
			}
			found(i, expr[i:end])
			i = end - 1
		}
	}
	return len(open) == 0
}

// closing is where the string that begins at i ends.
func closing(expr string, i int) int {
	quote := expr[i]
	for n := i + 1; n < len(expr); n++ {
		switch {
		case expr[n] == '\\' && quote != '`':
			n++
		case expr[n] == quote:
			return n
		}
	}
	return -1
}

// same reports whether two bytes that follow each other are of one token.
func same(a, b byte) bool {
	return word(a) && word(b) || sign(a) && b == '='
}

func word(c byte) bool {
	return c == '_' || c == ':' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func sign(c byte) bool { return c == '=' || c == '!' || c == '<' || c == '>' }
