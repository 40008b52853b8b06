package slackfake

import (
	"regexp"
	"slices"
	"strings"
)

// found is what a piece of text would do: whom it pings, what it links.
type found struct {
	pings []Ping
	links []Link
}

func (f *found) ping(kind, id, where string) {
	f.pings = append(f.pings, Ping{Kind: kind, ID: id, Place: Place{Where: where}})
}

func (f *found) link(kind, url, label, where string) {
	if url != "" {
		f.links = append(f.links, Link{Kind: kind, URL: url, Label: label, Place: Place{Where: where}})
	}
}

// scanMrkdwn reads text the way Slack does: what stands in angle brackets is
// markup wherever it stands, code spans included, and what looks like a link
// becomes one unless the text is verbatim.
func (f *found) scanMrkdwn(text, where string, verbatim bool) {
	plain := f.scanBrackets(text, where)
	if !verbatim {
		f.scanBare(plain, where)
	}
}

// scanBrackets handles <…> and returns the text without it.
func (f *found) scanBrackets(text, where string) string {
	var plain strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "<")
		plain.WriteString(before)
		if !ok {
			return plain.String()
		}
		inside, after, ok := strings.Cut(rest, ">")
		if !ok || strings.ContainsAny(inside, "<\n") {
			text = rest
			continue
		}
		f.markup(inside, where)
		plain.WriteByte(' ')
		text = after
	}
}

// markup is the inside of one pair of angle brackets.
func (f *found) markup(inside, where string) {
	target, label, _ := strings.Cut(inside, "|")
	target = strings.TrimSpace(target)
	switch {
	case strings.HasPrefix(target, "@"):
		f.ping("user", target[1:], where)
	case strings.HasPrefix(target, "#"):
	case strings.HasPrefix(target, "!"):
		command, arg, _ := strings.Cut(target[1:], "^")
		switch command = strings.ToLower(strings.TrimSpace(command)); command {
		case "channel", "here", "everyone":
			f.ping(command, "", where)
		case "group":
			f.ping("channel", "", where) // an old name for it
		case "subteam":
			id, _, _ := strings.Cut(arg, "^")
			f.ping("subteam", id, where)
		case "date":
			// <!date^1392734382^{date}^https://example.com/|fallback>
			if parts := strings.Split(arg, "^"); len(parts) > 2 {
				f.link("explicit", parts[2], label, where)
			}
		}
	case strings.Contains(target, ":") || domain.MatchString(target):
		f.link("explicit", target, label, where)
	}
}

var (
	hxxp    = regexp.MustCompile(`(?i)\bhxxps?://`) // a scheme that nobody knows
	bareURL = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[^\s<>|"]+`)
	email   = regexp.MustCompile(`(?i)\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b`)
	domain  = regexp.MustCompile(`(?i)(?:[\pL\pN](?:[\pL\pN-]*[\pL\pN])?\.)+(xn--[a-z0-9-]+|[a-z]{2,})\b(?:[/?#][^\s<>|"]*)?`)
	// A code span begins and ends at the edge of a word: a`b.com`c has none.
	code     = regexp.MustCompile("(?s)(^|[^\\pL\\pN`])(?:```.+?```|`[^`\n]+`)($|[^\\pL\\pN`])")
	atName   = regexp.MustCompile(`(?:^|[\s(])@([a-z0-9][a-z0-9._-]*)`)
	mdLink   = regexp.MustCompile(`!?\[([^\]]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)`)
	mdRefDef = regexp.MustCompile(`(?m)^\s*\[([^\]]+)\]:\s*<?(\S+?)>?\s*$`)
)

// scanBare finds what Slack links although nobody marked it up. Inside code it
// links nothing.
func (f *found) scanBare(text, where string) {
	// Browsers take these for dots in a host name; whether Slack does, nobody says.
	text = strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".").Replace(text)
	for range 2 { // one span's edge may be the next one's
		text = code.ReplaceAllString(text, "$1 $2")
	}
	take := func(kind string, re *regexp.Regexp, keep func(match []string) bool) {
		text = re.ReplaceAllStringFunc(text, func(m string) string {
			if keep != nil && !keep(re.FindStringSubmatch(m)) {
				return m
			}
			f.link(kind, strings.TrimRight(m, ".,;:!?)]}'*_~`"), "", where)
			return " "
		})
	}
	text = hxxp.ReplaceAllString(text, " ")
	take("bare", bareURL, nil)
	take("email", email, nil)
	take("domain", domain, func(m []string) bool {
		ending := strings.ToLower(m[1])
		return strings.HasPrefix(ending, "xn--") || slices.Contains(topLevel(), ending)
	})
}

// topLevel are the endings by which Slack takes a word for a host name; file
// names like README.md and main.py are the famous victims.
func topLevel() []string {
	return strings.Fields(`com net org edu gov mil int io ai co dev app cloud info biz xyz online site tech store
		me tv gg ly to be it at ch nl in ca au br uk de fr eu ru cn jp us pl se no fi dk es pt cz sk hu ro gr tr
		md py sh rs so zip mov pm cc ws fm am li link page team tools systems services network digital live`)
}

// scanAutoMentions finds what parse=full and link_names turn into mentions.
func (f *found) scanAutoMentions(text, where string, groups []UserGroup) {
	for _, m := range atName.FindAllStringSubmatch(text, -1) {
		switch name := m[1]; name {
		case "channel", "here", "everyone":
			f.ping(name, "", where)
		default:
			for _, g := range groups {
				if g.Handle == name {
					f.ping("subteam", g.ID, where)
				}
			}
		}
	}
}

// scanMarkdown reads standard Markdown. Whether Slack honours <!channel> there
// is not known; counting it errs on the safe side.
func (f *found) scanMarkdown(text, where string) {
	for _, re := range []*regexp.Regexp{mdLink, mdRefDef} {
		text = re.ReplaceAllStringFunc(text, func(m string) string {
			part := re.FindStringSubmatch(m)
			f.link("markdown", part[2], part[1], where)
			return " "
		})
	}
	f.scanMrkdwn(text, where, false)
}
