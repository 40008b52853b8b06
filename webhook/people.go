package webhook

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ragoffire/engine"
)

// People says what those may do whom the provider of ROF_OIDC_ISSUER signs in.
type People struct {
	// Default is the role of whoever is not named; viewer where empty, and none
	// lets only those in who are named.
	Default string
	// Domains limits Default to verified e-mail addresses of these domains.
	Domains []string
	// Team is Slack's workspace. Nobody of another one gets in.
	Team string
	// GroupsClaim is the claim that lists somebody's groups; groups where empty.
	GroupsClaim string
	// Roles names people by role: by e-mail address, by group:NAME, or by
	// sub:SUBJECT, the provider's own id of somebody. The highest role counts.
	Roles map[string][]string
}

// SlackIssuer is the issuer of Sign in with Slack.
const SlackIssuer = "https://slack.com"

// public are issuers that sign in whoever has an account with them, which
// anybody can have.
func public(issuer string) bool {
	return slices.Contains([]string{"https://accounts.google.com", "https://gitlab.com"}, issuer)
}

var slackTeam = regexp.MustCompile(`^[TE][A-Z0-9]{2,20}$`)

// check says all that is wrong with it.
func (p *People) check(issuer string) error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	def := viewer
	if p.Default != "" {
		var err error
		if def, err = roleNamed(p.Default); err != nil {
			add("default: %w", err)
		}
	}
	switch {
	case issuer == SlackIssuer && !slackTeam.MatchString(p.Team):
		add("team must be your workspace's id such as T0123ABCD (in the address of Slack in a browser), not %q: Slack signs in the people of all workspaces", p.Team)
	case issuer != SlackIssuer && p.Team != "":
		add("team is Slack's; for %s leave it out", issuer)
	case public(issuer) && def != nobody && len(p.Domains) == 0:
		add("domains must say whose e-mail addresses may come in, or default be none: %s signs in anybody", issuer)
	}
	for _, d := range p.Domains {
		if d == "" || strings.ContainsAny(d, "@ /") {
			add("domains: %q is no domain such as example.com", d)
		}
	}
	for name, list := range p.Roles {
		if r, err := roleNamed(name); err != nil || r == nobody {
			add("%q is no role", name)
		}
		for _, who := range list {
			kind, id, _ := strings.Cut(who, ":")
			if (kind != "group" && kind != "sub" || id == "") && strings.Count(who, "@") != 1 {
				add("%s: %q must be an e-mail address, group:NAME or sub:SUBJECT", name, who)
			}
		}
	}
	return errors.Join(wrong...)
}

// of is the role of somebody, as the config is now.
func (p *People) of(s *engine.Session) role {
	best := nobody
	if p.Default == "" {
		best = viewer
	} else if r, err := roleNamed(p.Default); err == nil {
		best = r
	}
	if len(p.Domains) > 0 && !slices.ContainsFunc(p.Domains, func(d string) bool {
		_, domain, ok := strings.Cut(s.Email, "@")
		return ok && strings.EqualFold(domain, d)
	}) {
		best = nobody
	}
	for name, list := range p.Roles {
		if r, err := roleNamed(name); err == nil && r > best && slices.ContainsFunc(list, func(who string) bool { return named(who, s) }) {
			best = r
		}
	}
	return best
}

// byGroup reports whether anybody's groups are of interest.
func (p *People) byGroup() bool {
	for _, list := range p.Roles {
		if slices.ContainsFunc(list, func(who string) bool { return strings.HasPrefix(who, "group:") }) {
			return true
		}
	}
	return false
}

// named reports whether an entry of the config means somebody.
func named(who string, s *engine.Session) bool {
	if id, ok := strings.CutPrefix(who, "sub:"); ok {
		return id == s.Subject
	}
	if group, ok := strings.CutPrefix(who, "group:"); ok {
		return slices.Contains(s.Groups, group)
	}
	return s.Email != "" && strings.EqualFold(who, s.Email)
}
