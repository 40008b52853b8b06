package bot

import (
	"cmp"
	"context"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode"

	"ragoffire/engine"
)

var silenceID = regexp.MustCompile(`(?i)^sil_[0-9A-Z]{1,40}$`)

// silenceOf reads what is to be silenced, for how long and why: an incident's id
// or matchers in any order, then a length of time, then the reason.
func silenceOf(text string) (engine.Silence, error) {
	var s engine.Silence
	for rest := text; rest != ""; {
		first, after := term(rest)
		if id := idOf(first); id != "" && strings.HasPrefix(id, "INC-") && s.IncidentID == "" {
			s.IncidentID, rest = id, after
			continue
		}
		m, ok, err := engine.ParseMatcher(first)
		if err != nil {
			return s, err
		}
		if ok {
			s.Match, rest = append(s.Match, m), after
			continue
		}
		if d, ok := lengthOf(first); ok {
			for ; ok; d, ok = lengthOf(first) { // 2h 30m
				s.For, s.Reason = s.For+d, after
				first, after = term(after)
			}
			return s, nil
		}
		return s, engine.Invalidf("for", "%q is neither an id, nor key=value, nor a length of time such as 2h; say for how long, at most 12h, before the reason", short(first))
	}
	return s, nil
}

// term is word, where what stands between quotes is one.
func term(s string) (first, rest string) {
	quoted := false
	i := strings.IndexFunc(s, func(r rune) bool {
		if r == '"' || r == '“' || r == '”' {
			quoted = !quoted
		}
		return unicode.IsSpace(r) && !quoted
	})
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}

// lengthOf reads a length of time as people type it: 2h, 90m, 1h30m, 45min.
func lengthOf(word string) (time.Duration, bool) {
	word = strings.ToLower(word)
	for _, unit := range [][2]string{{"hours", "h"}, {"hour", "h"}, {"minutes", "m"}, {"mins", "m"}, {"min", "m"}} {
		if n, ok := strings.CutSuffix(word, unit[0]); ok {
			word = n + unit[1]
			break
		}
	}
	if n, ok := strings.CutSuffix(word, "d"); ok {
		d, err := time.ParseDuration(n + "h")
		return 24 * d, err == nil && d > 0 && d < math.MaxInt64/24
	}
	d, err := time.ParseDuration(word)
	return d, err == nil && d > 0
}

// silence proposes a silence, lists them or ends one.
func (b *Bot) silence(ctx context.Context, a asker, c command) (*message, error) {
	first, rest := word(c.text)
	switch strings.ToLower(first) {
	case "list", "ls":
		list, err := b.engine.Silences(ctx)
		if err != nil {
			return nil, err
		}
		return b.render.silences(list), nil
	case "end", "stop", "delete":
		if rest = strings.Trim(rest, idMarks); !silenceID.MatchString(rest) {
			return nil, engine.Invalidf("id", "which silence? %s list shows their ids", b.render.command+" "+verbSilence)
		}
		return b.endSilence(ctx, a, "sil_"+strings.ToUpper(rest[len("sil_"):]))
	}
	s, err := silenceOf(c.text)
	if err != nil {
		return nil, err
	}
	if s.IncidentID == "" && len(s.Match) == 0 {
		here, err := b.threadOf(ctx, a)
		if err == nil && here.incident == "" && s.For > 0 {
			here, err = b.hereOf(ctx, a, verbSilence)
		}
		if err != nil {
			return nil, err
		}
		if s.IncidentID = here.incident; s.IncidentID == "" {
			return nil, engine.Invalidf("match", "silence what? An incident's id, or key=value of its labels. An example: %s", b.render.exampleOf(verbSilence))
		}
	}
	if err := b.may(ctx, a, silencing()); err != nil {
		return nil, err
	}
	if s.For == 0 {
		example := b.render.exampleOf(verbSilence)
		return nil, engine.Invalidf("for", "say for how long, at most 12h. An example: %s", strings.ReplaceAll(example, exampleID, cmp.Or(s.IncidentID, s.Words())))
	}
	s.By = a.name
	p, err := b.engine.ProposeSilence(ctx, s)
	if err != nil {
		return nil, err
	}
	return b.render.silencePreview(&p), nil
}

// confirmSilence makes a proposed silence count, and tries at once to make it
// where the pagers are: whoever clicked wants to know whether they are silent.
func (b *Bot) confirmSilence(ctx context.Context, a asker, id string) (*message, error) {
	if err := b.may(ctx, a, silencing()); err != nil {
		return nil, err
	}
	p, err := b.engine.ConfirmSilence(ctx, id, a.name)
	if err != nil {
		return nil, err
	}
	made, err := b.engine.CarrySilence(ctx, id)
	if engine.KindOf(err) == engine.Unavailable {
		return nil, err
	}
	p.Silence = made
	return b.render.silenced(&p, err), nil
}

func (b *Bot) endSilence(ctx context.Context, a asker, id string) (*message, error) {
	if err := b.may(ctx, a, silencing()); err != nil {
		return nil, err
	}
	if _, err := b.engine.EndSilence(ctx, id, a.name); err != nil {
		return nil, err
	}
	s, err := b.engine.CarrySilence(ctx, id)
	if engine.KindOf(err) == engine.Unavailable {
		return nil, err
	}
	return b.render.silenceEnded(&s, err), nil
}
