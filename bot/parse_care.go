package bot

import (
	"cmp"
	"regexp"
	"strings"

	"ragoffire/engine"
)

// care is what the commands say that look after an incident.
type care struct {
	declared engine.Declaration
	severity engine.Severity
	owner    owner
}

// owner is whom an incident is assigned to: by id, the asker, or nobody.
type owner struct {
	id, name   string
	me, nobody bool
}

func (r *renderer) completeCare(verb, rest string) (command, error) {
	c := command{verb: verb, text: rest}
	switch verb {
	case verbStats, verbStatus:
		return c, nil
	case verbDeclare:
		if rest == "" {
			return c, nil
		}
		var err error
		c.declared, err = engine.ParseDeclaration(rest)
		return c, err
	}
	first, after := word(rest)
	if id := idOf(first); id != "" {
		c.id, c.text = id, after
	}
	if verb != verbSeverity || c.text == "" {
		return c, nil
	}
	first, c.text = word(c.text)
	var err error
	if c.severity, err = engine.SeverityOf(strings.Trim(first, idMarks)); err != nil {
		return command{}, engine.Invalidf("severity", "severity is one of critical, high, medium, low or info, not %q. An example: %s", short(first), r.exampleOf(verb))
	}
	if c.id == "" {
		first, after := word(c.text)
		if id := idOf(first); id != "" {
			c.id, c.text = id, after
		}
	}
	return c, nil
}

// resolutionOf reads what ended an incident. Whoever says one of the dialog's other
// endings tells no fix: the next incident of this kind must not be told one.
func resolutionOf(text string) engine.Resolution {
	said := strings.Trim(flat(text), " .!")
	switch strings.ToLower(said) {
	case "false alarm":
		return engine.Resolution{Reason: engine.ReasonFalseAlarm}
	case "recovered", "recovered by itself":
		return engine.Resolution{Reason: engine.ReasonRecovered}
	}
	words := strings.Fields(said)
	if len(words) == 3 && strings.EqualFold(words[0]+" "+words[1], "duplicate of") {
		return engine.Resolution{Reason: engine.ReasonDuplicate, DuplicateOf: cmp.Or(idOf(words[2]), words[2])}
	}
	return engine.Resolution{Reason: engine.ReasonFixed, Resolution: text}
}

// someone is a person as Slack delivers a mention.
var someone = regexp.MustCompile(`^<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>$`)

// completeAssign reads whom an incident is assigned to, the id in either place.
func (r *renderer) completeAssign(raw string) (command, error) {
	c := command{verb: verbAssign}
	for _, w := range strings.Fields(raw) {
		said := strings.ToLower(strings.Trim(w, idMarks))
		switch m := someone.FindStringSubmatch(strings.TrimRight(w, ".,:;!?")); {
		case m != nil:
			c.owner = owner{id: m[1], name: strings.TrimSpace(typed(m[2]))}
		case idOf(w) != "":
			c.id = idOf(w)
		case said == "me" || said == "myself":
			c.owner = owner{me: true}
		case said == "nobody" || said == "none" || said == "noone":
			c.owner = owner{nobody: true}
		case said == "to":
		case strings.HasPrefix(w, "@"):
			return command{}, engine.Invalidf("owner", "Slack did not say who %s is; pick the person from the list that appears while you type the name", short(w))
		default:
			return command{}, engine.Invalidf("owner", "%q is nobody to assign an incident to. An example: %s", short(typed(w)), r.exampleOf(verbAssign))
		}
	}
	if c.owner == (owner{}) {
		return command{}, engine.Invalidf("owner", "assign it to whom? To a person, me or nobody. An example: %s", r.exampleOf(verbAssign))
	}
	return c, nil
}
