package llm

import (
	"encoding/base64"
	"math/big"
	"regexp"
	"strings"
	"unicode"
)

// The functions below look twice at a match, where its shape alone would take
// too much.

// urlPassword tells scheme://user:password@host from scheme://host:port/path@x.
func urlPassword(m []string) bool {
	v := m[len(m)-1]
	port, rest, slash := strings.Cut(v, "/")
	return !slash || !digits(port) || !strings.Contains(rest, "@")
}

// bareLogin is user:password@host outside an address; an image with its digest
// and a time before a host are none.
func bareLogin(m []string) bool {
	return !strings.HasSuffix(m[0], "@sha256") && !digits(m[1]) && !strings.HasPrefix(m[1], "//")
}

func hasDigit(m []string) bool { return strings.ContainsAny(m[0], "0123456789") }

// notWord is what follows an authorization header's name, apart from prose.
func notWord(m []string) bool {
	for _, v := range m[1:] {
		if v != "" {
			return !common(v)
		}
	}
	return false
}

// tokenish tells a bearer token from "bearer authentication".
func tokenish(m []string) bool { return hasDigit(m[1:]) || len(m[1]) >= 24 || mixed(m[1]) }

func basicLogin(m []string) bool {
	plain, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		plain, err = base64.RawStdEncoding.DecodeString(m[1])
	}
	return err == nil && strings.Contains(string(plain), ":")
}

// assigned looks at KEY=VALUE, KEY: VALUE and --key VALUE.
func assigned(m []string) bool {
	key, v := strings.ToLower(m[1]), ""
	for _, group := range m[2:] {
		if group != "" {
			v = group
		}
	}
	switch {
	case v == "" || common(v) || reference(v):
		return false
	case strings.HasSuffix(key, "pwd") && strings.HasPrefix(v, "/"): // a working directory
		return false
	case strings.HasSuffix(key, "sid") && (len(v) < 12 || !hasDigit([]string{v})):
		return false
	case bypass.MatchString(key):
		return false
	case digits(strings.NewReplacer(".", "", ",", "", "%", "").Replace(v)):
		return len(v) >= 4 && strings.Contains(key, "passw") || len(v) >= 4 && strings.HasSuffix(key, "passcode")
	case key == "secret" && named.MatchString(v): // a Kubernetes object
		return false
	}
	return true
}

// spoken looks at "the password is VALUE".
func spoken(m []string) bool {
	v := strings.TrimRight(m[len(m)-1], ".,;:!?")
	return !common(v) && strings.ContainsFunc(v, func(r rune) bool { return !unicode.IsLower(r) })
}

var (
	// named is the name of a Kubernetes object, without digits.
	named = regexp.MustCompile(`^[a-z]+(?:[-/][a-z]+)+$`)
	// bypass are words that only end like the name of a secret.
	bypass = regexp.MustCompile(`(?:^|[^a-z])(?:bypass|compass|bytes?pass)$`)
	// holes are places for a value, not one.
	holes = regexp.MustCompile(`^(?:\$[({A-Za-z_]|\{\{|<[\w -]+>?$|%[\w(]|[*xX•.]{3,}|\[?(?i:redacted|masked|hidden|filtered)|/[\w/.-]+$|arn:|vault:|secretref|valuefrom)`)
)

func reference(v string) bool { return holes.MatchString(v) || strings.HasPrefix(v, placeholder) }

// common reports whether a value is a word that says how it stands with a
// secret, not one.
func common(v string) bool {
	v = strings.ToLower(strings.Trim(v, `.,;:!?()[]"'`))
	for _, w := range strings.Fields(said) {
		if v == w {
			return true
		}
	}
	return v == ""
}

const said = `null none nil true false yes no ok empty unset undefined unknown required missing invalid expired expires expiring wrong incorrect rejected
 rotated revoked refused denied failed failure fail error errors not is was has had been authentication auth for the a an and or of to in on at by from with
 bearer basic token header request response string str int bool bytes bucket limit exceeded count rate usage refresh issued issuing found accepted changed reset
 mismatch too short long weak set read write login policy validation verification service endpoint store manager provider signature malformed absent
 unauthorized forbidden leak leaked exposed rotation renewal renewed mounted updated created deleted please check see must should cannot could will`

// mailbox is an address of a person; git's login, units of systemd and images
// with their digest are none.
func mailbox(m []string) bool {
	user, host, _ := strings.Cut(strings.ToLower(m[0]), "@")
	switch host[strings.LastIndexByte(host, '.')+1:] {
	case "service", "socket", "target", "timer", "mount", "slice", "scope", "path":
		return false
	}
	return user != "git"
}

func card(m []string) bool {
	n := strings.NewReplacer(" ", "", "-", "").Replace(m[0])
	switch {
	case len(n) < 13 || len(n) > 19 || !luhn(n):
		return false
	case n[0] == '4':
		return len(n) == 13 || len(n) == 16 || len(n) == 19
	case n[:2] >= "51" && n[:2] <= "55", n[:4] >= "2221" && n[:4] <= "2720":
		return len(n) == 16
	case n[:2] == "34", n[:2] == "37":
		return len(n) == 15
	case n[:2] == "30", n[:2] == "36", n[:2] == "38":
		return len(n) == 14
	case n[:2] == "35", n[:2] == "62", n[:2] == "65", n[:4] == "6011", n[:2] == "64":
		return len(n) >= 16
	}
	return false
}

func luhn(n string) bool {
	sum := 0
	for i := range len(n) {
		d := int(n[len(n)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// iban is the check of ISO 13616: the number, its head moved to its end and its
// letters written as numbers, leaves 1 divided by 97.
func iban(m []string) bool {
	n := strings.ReplaceAll(m[0], " ", "")
	if len(n) < 15 || len(n) > 34 {
		return false
	}
	var b strings.Builder
	for _, r := range n[4:] + n[:4] {
		if r >= 'A' {
			b.WriteString(big.NewInt(int64(r - 'A' + 10)).String())
			continue
		}
		b.WriteRune(r)
	}
	x, ok := new(big.Int).SetString(b.String(), 10)
	return ok && x.Mod(x, big.NewInt(97)).Int64() == 1
}

// random tells letters drawn by lot from long names: their case and digits
// change all the time.
func random(m []string) bool {
	v := strings.TrimRight(m[0], "=")
	if strings.Count(v, "/")+strings.Count(v, "-")+strings.Count(v, "_") > len(v)/8 {
		return false // a path, a UUID, a name of many parts
	}
	return mixed(v) && changes(v)*100 >= 34*len(v)
}

// mixed reports whether a text has small and capital letters and digits.
func mixed(s string) bool {
	return strings.ContainsFunc(s, unicode.IsLower) && strings.ContainsFunc(s, unicode.IsUpper) && strings.ContainsFunc(s, unicode.IsDigit)
}

// changes counts how often one sort of character follows another.
func changes(s string) int {
	n, last := 0, 0
	for _, r := range s {
		sort := 1
		switch {
		case unicode.IsUpper(r):
			sort = 2
		case unicode.IsDigit(r):
			sort = 3
		case !unicode.IsLower(r):
			sort = 4
		}
		if last != 0 && sort != last {
			n++
		}
		last = sort
	}
	return n
}

func digits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}
