package ground

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	mention = regexp.MustCompile(`@|<[!#]`)
	link    = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://|\bwww\.|\]\(|!\[|\b(?:mailto|javascript|data|tel):|\[\.\]|hxxp`)
	markup  = regexp.MustCompile(`(?i)[*{}|~^\\]|<[a-z/]|^\s*[#>]|:[a-z0-9_+-]+:|&&|\$\(|&[a-z#0-9]+;|(?:^|\s)_|_(?:\s|$)`)
)

// appearance looks at the characters: a person must read what stands there, and
// nothing in it may act.
func appearance(text string) Reason {
	if hidden(text) {
		return Hidden
	}
	switch {
	case mention.MatchString(text):
		return Mention
	case link.MatchString(text):
		return Link
	case markup.MatchString(text) || strings.Count(text, "`")%2 == 1:
		return Markup
	}
	for _, r := range text {
		if unicode.Is(unicode.So, r) && r != '°' {
			return Markup
		}
	}
	return Fine
}

// hidden finds control, bidi and format characters, blanks that are letters,
// figures that are not ASCII's, letters dressed up as ASCII's, and words that
// mix alphabets.
func hidden(text string) bool {
	for _, r := range text {
		switch {
		case r == ' ' || r == '\u00a0' || r == '\u202f':
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Z, unicode.Me, unicode.Variation_Selector),
			unicode.Is(unicode.N, r) && (r < '0' || r > '9'),
			r == '\ufffd', r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0', r == '\u2800',
			r >= '\u2100' && r <= '\u214f', r >= '\u2460' && r <= '\u24ff', r >= '\uff00' && r <= '\uffef',
			r >= 0x1d400 && r <= 0x1d7ff, r >= 0x1f100 && r <= 0x1f2ff, r >= 0xe0000,
			r >= '\u0250' && r <= '\u02ff', r >= '\u1d00' && r <= '\u1dbf', r >= '\ua720' && r <= '\ua7ff', // letters of phonetics
			r == '\u2215', r == '\u2044', r == '\u29f8', r == '\u2024', r == '\u2025', r == '\ufe52', r == '\u2010', r == '\u2011': // like / . -
			return true
		}
	}
	for _, w := range strings.Fields(text) {
		latin, other := false, false
		for _, r := range w {
			switch {
			case unicode.Is(unicode.Latin, r):
				latin = true
			case unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic) && r != 'µ' && r != 'μ':
				other = true
			}
		}
		if latin && other {
			return true
		}
	}
	return false
}

const (
	guards = `alert|alarm|warning|notification|monitor|pages?\b|pager|paging|security|authenticat|authoriz|permission|audit|logging|firewall|tls|ssl|verif|backup|protection|safeguard|mfa|2fa|runbook|approval|evidence|confidence|checks?\b`
	off    = `disabl|turn(?:s|ed|ing)? off|switch(?:es|ed|ing)? off|bypass|mut(?:e|ing)\b|silenc|suppress|circumvent|override|overrid|skip`
)

// orders are what no text may say, whoever said it first.
var orders = []*regexp.Regexp{
	regexp.MustCompile(`\b(?:ignor|disregard|forget|neglect)\w*\b`),
	regexp.MustCompile(`\b(?:` + off + `)\w*\b.{0,60}\b(?:` + guards + `)`),
	regexp.MustCompile(`\b(?:previous|prior|above|system|hidden|secret|these|new|developer) (?:instruction|prompt|directive)`),
	regexp.MustCompile(`\b(?:do not|don't|dont|never|no need to|stop) (?:page|tell|call|escalat|inform|notif|wake|report|review|read|approve|trust|worry|investigat|check|look)`),
	regexp.MustCompile(`\b(?:false alarm|nothing to worry|safe to (?:ignore|close|resolve|approve)|already (?:fixed|resolved|approved))\b`),
	regexp.MustCompile(`\b(?:approve|click|press) (?:this|it|now|here|at once|immediately|the button|approve|without)\b`),
	regexp.MustCompile(`\b(?:type|enter|send|share|giv|past|post|reveal|tell|provid|confirm|leak|print)\w*\b.{0,40}\b(?:password|passphrase|credential|api key|login|secret|token)`),
	regexp.MustCompile(`\b(?:as an ai|language model|i am|i'm|i have|i will|jailbreak|assistant)\b`),
}

// commanding reports whether a text tells its reader to look away, to let down a
// guard or to hand something over. Nobody's past incident makes that fit to show.
func commanding(text string) bool {
	text = strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(text, "’", "'"))), " ")
	for _, o := range orders {
		if o.MatchString(text) {
			return true
		}
	}
	return false
}
