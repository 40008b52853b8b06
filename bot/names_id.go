package bot

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"
)

const (
	peoplePages = 20 // of the directory, looked through for one person
	peoplePage  = 500
)

// idOf returns the id of the person who goes by a name, "" where nobody does.
func (n *names) idOf(ctx context.Context, name string) (string, error) {
	n.mu.Lock()
	for id, k := range n.known {
		if k.name == name && id != name {
			n.mu.Unlock()
			return id, nil
		}
	}
	k, ok := n.known["@"+name]
	n.mu.Unlock()
	if ok && n.now().Sub(k.at) < time.Hour {
		return "", nil // nobody did, a while ago
	}
	page := n.api.GetUsersPaginated(slack.GetUsersOptionLimit(peoplePage))
	for range peoplePages {
		var err error
		if page, err = nextPeople(ctx, page); err != nil {
			if page.Done(err) {
				break
			}
			return "", err
		}
		for _, u := range page.Users {
			if u.Name == name && !u.Deleted {
				n.remember(u.ID, name)
				return u.ID, nil
			}
		}
	}
	n.remember("@"+name, "")
	return "", nil
}

func nextPeople(ctx context.Context, page slack.UserPagination) (slack.UserPagination, error) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	next, err := page.Next(ctx)
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return page, limited
	}
	return next, err
}

func (n *names) remember(id, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known[id] = named{name: name, at: n.now()}
}
