package slackfake

import (
	"regexp"
	"slices"
	"strings"
)

var (
	typedToken   = regexp.MustCompile(`(^|[\s(])(@[\w.-]*\w|#[\w-]+|(?:https?|ftp)://[^\s<>"]+)`)
	typedMention = regexp.MustCompile(`&lt;@(U\w+)&gt;`)
)

// typed turns what a person types into what Slack stores: & < > escaped, then
// @names, #channels and links marked up. Only the mark-up that a person's
// client makes is made; a typed "<!channel>" stays text. A mention picked from
// the client's menu may be given as <@U0ALICE>.
func (st *state) typed(text string, labels bool) string {
	text = typedMention.ReplaceAllStringFunc(escape(text), func(m string) string {
		u, ok := st.work.users[typedMention.FindStringSubmatch(m)[1]]
		if !ok {
			return m
		}
		return mark("@"+u.ID, u.Name, labels)
	})
	return typedToken.ReplaceAllStringFunc(text, func(m string) string {
		parts := typedToken.FindStringSubmatch(m)
		return parts[1] + st.typedMarkup(parts[2], labels)
	})
}

// typedMarkup is what the client makes of one word.
func (st *state) typedMarkup(word string, labels bool) string {
	name := word[1:]
	switch word[0] {
	case '@':
		if u, ok := st.work.userNamed(name); ok {
			return mark("@"+u.ID, u.Name, labels)
		}
		i := slices.IndexFunc(st.work.groups, func(g UserGroup) bool { return g.Handle == name })
		if i >= 0 {
			return mark("!subteam^"+st.work.groups[i].ID, "@"+name, labels)
		}
		if slices.Contains([]string{"channel", "here", "everyone"}, name) {
			return "<!" + name + ">"
		}
		return word
	case '#':
		if ch := st.work.channelNamed(name); ch != nil {
			return mark("#"+ch.ID, ch.Name, labels)
		}
		return word
	}
	link := strings.TrimRight(word, ".,;:!?)")
	return "<" + link + ">" + word[len(link):]
}

func mark(target, label string, labels bool) string {
	if labels {
		return "<" + target + "|" + label + ">"
	}
	return "<" + target + ">"
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// richBlock is the block that people's messages carry beside their text.
func (g *ids) richBlock(text string) []map[string]any {
	var parts []any
	add := func(kind, key, value string) {
		if value != "" {
			parts = append(parts, map[string]any{"type": kind, key: value})
		}
	}
	for text != "" {
		before, rest, _ := strings.Cut(text, "<")
		add("text", "text", unescape(before))
		inside, after, ok := strings.Cut(rest, ">")
		if !ok {
			break
		}
		target, _, _ := strings.Cut(inside, "|")
		switch {
		case strings.HasPrefix(target, "@"):
			add("user", "user_id", target[1:])
		case strings.HasPrefix(target, "#"):
			add("channel", "channel_id", target[1:])
		case strings.HasPrefix(target, "!subteam^"):
			add("usergroup", "usergroup_id", strings.TrimPrefix(target, "!subteam^"))
		case strings.HasPrefix(target, "!"):
			add("broadcast", "range", target[1:])
		default:
			add("link", "url", target)
		}
		text = after
	}
	return []map[string]any{{
		"type": "rich_text", "block_id": g.hex(3)[:5],
		"elements": []any{map[string]any{"type": "rich_text_section", "elements": parts}},
	}}
}
