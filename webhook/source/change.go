package source

import (
	"strings"

	"ragoffire/engine"
)

// changes is a reader of members that are changes. A reader that returns none
// understood the member and has nothing to tell of it.
func changes(parse func(object) (engine.Change, bool, error)) reader {
	return func(o object, to *engine.Delivery) error {
		c, ok, err := parse(o)
		if err != nil || !ok {
			return err
		}
		c.ID = changeID(to.Source, c.ID)
		to.Changes = append(to.Changes, tidy(c))
		return nil
	}
}

// tidy keeps a change's texts to one line and their caps.
func tidy(c engine.Change) engine.Change {
	for _, s := range []*string{&c.Kind, &c.Service, &c.Environment, &c.Ref, &c.Actor} {
		*s = line(*s, maxName)
	}
	c.Title = line(c.Title, maxTitle)
	if c.URL = strings.TrimSpace(c.URL); len(c.URL) > maxURL {
		c.URL = ""
	}
	return c
}

// changeID makes a sender's own id of a change ours: two senders may count
// alike. Empty stays empty.
func changeID(source, id string) string {
	if id == "" {
		return ""
	}
	return "chg_" + engine.HashFingerprint("", "", map[string]string{"id": id, "source": source})
}

// firstLine is a commit's subject.
func firstLine(s string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return first
}

// lastPart is what stands behind the last slash: a repository's own name, which
// is what its service is called, not whose it is.
func lastPart(s string) string {
	s = strings.TrimRight(s, "/")
	return s[strings.LastIndexByte(s, '/')+1:]
}
