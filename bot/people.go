package bot

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// How long what Slack said of a person or a group is believed: at a click that
// is for some only, as long as saves the same question for the clicks of one
// moment (Slack answers twenty a minute about a group, and more in bursts);
// where every member may, longer.
const (
	clickFor = 3 * time.Second
	knownFor = 60 * time.Second
)

// askWithin bounds one question about a person: they wait for the answer.
const askWithin = 3 * time.Second

// people asks Slack who somebody is and which groups they are in, and remembers
// answers for a moment. Errors are not remembered.
type people struct {
	api *slack.Client
	now func() time.Time

	mu      sync.Mutex
	team    string // ours; "" until Slack has told
	users   map[string]remembered[string]
	groups  map[string]remembered[[]string]
	handles remembered[map[string]string]
}

type remembered[T any] struct {
	value T
	at    time.Time
}

func newPeople(api *slack.Client, now func() time.Time) *people {
	return &people{api: api, now: now, users: map[string]remembered[string]{}, groups: map[string]remembered[[]string]{}}
}

// home says which workspace is ours.
func (p *people) home(team string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.team = team
}

// outsider says why a user is no full member of the workspace, or "". An error
// means that Slack has not said. What it said before is believed for a time.
func (p *people) outsider(ctx context.Context, id string, believed time.Duration) (string, error) {
	if id == "" {
		return "nobody", nil
	}
	p.mu.Lock()
	known, ok := p.users[id]
	team := p.team
	p.mu.Unlock()
	if ok && p.now().Sub(known.at) < believed {
		return known.value, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	u, err := p.api.GetUserInfoContext(ctx, id)
	why := ""
	switch {
	case unknownUser(err):
		why = "unknown to this workspace"
	case err != nil:
		return "", err
	default:
		why = outside(u, team)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.users) > 10_000 {
		clear(p.users)
	}
	p.users[id] = remembered[string]{why, p.now()}
	return why, nil
}

func unknownUser(err error) bool {
	return err != nil && slices.Contains([]string{"user_not_found", "user_not_visible", "users_not_found"}, err.Error())
}

// outside reads what Slack says of a user.
func outside(u *slack.User, team string) string {
	switch {
	case u.IsBot || u.IsWorkflowBot || u.IsConnectorBot || u.ID == "USLACKBOT":
		return "a bot"
	case u.Deleted:
		return "deactivated"
	case u.IsRestricted || u.IsUltraRestricted:
		return "a guest"
	case u.IsStranger || team != "" && u.TeamID != "" && u.TeamID != team && !slices.Contains(u.Enterprise.Teams, team):
		return "of another workspace"
	case u.IsInvitedUser:
		return "invited, and no member yet"
	}
	return ""
}

// in reports whether a user is in one of the groups. The error is that of a
// group that Slack said nothing of, where no other one has the user.
func (p *people) in(ctx context.Context, groups []string, user string) (bool, error) {
	var errs []error
	for _, g := range groups {
		members, err := p.members(ctx, g)
		if slices.Contains(members, user) {
			return true, nil
		}
		errs = append(errs, err)
	}
	return false, errors.Join(errs...)
}

func (p *people) members(ctx context.Context, group string) ([]string, error) {
	p.mu.Lock()
	known, ok := p.groups[group]
	p.mu.Unlock()
	if ok && p.now().Sub(known.at) < clickFor {
		return known.value, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	list, err := p.api.GetUserGroupMembersContext(ctx, group)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.groups[group] = remembered[[]string]{list, p.now()}
	return list, nil
}

// handle is what a group is called, its id where Slack does not tell.
func (p *people) handle(ctx context.Context, group string) string {
	p.mu.Lock()
	known := p.handles
	p.mu.Unlock()
	if known.value == nil || p.now().Sub(known.at) > time.Hour {
		ctx, cancel := context.WithTimeout(ctx, askWithin)
		defer cancel()
		list, err := p.api.GetUserGroupsContext(ctx)
		if err == nil {
			known = remembered[map[string]string]{map[string]string{}, p.now()}
			for _, g := range list {
				known.value[g.ID] = g.Handle
			}
			p.mu.Lock()
			p.handles = known
			p.mu.Unlock()
		}
	}
	if h := known.value[group]; h != "" {
		return h
	}
	return group
}
