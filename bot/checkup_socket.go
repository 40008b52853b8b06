package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// helloWithin is how long a new socket has to say hello.
const helloWithin = 15 * time.Second

const socketFix = "make an app-level token with the scope connections:write on the app's Basic Information page (xapp-…), and switch Socket Mode on"

// socket asks for a socket and, where nobody else is connected, opens it.
func (c *checkup) socket(ctx context.Context) {
	if _, _, err := c.api.StartSocketModeContext(ctx); err != nil {
		c.add("app token", LevelFail, "Slack says "+quiet(err).Error(), socketFix)
		return
	}
	c.add("app token", LevelOK, "Slack gives out sockets for it", "")
	if !c.cfg.Dial {
		c.add("socket", LevelSkip, "a running rof is connected; one more socket would take envelopes from it", "stop rof serve to have it opened, or look at the dashboard")
		return
	}
	began := time.Now()
	if err := c.dial(ctx); err != nil {
		c.add("socket", LevelFail, err.Error(), "switch Socket Mode on at the app's page; let WebSockets out to wss-primary.slack.com; at most ten sockets may be open")
		return
	}
	c.add("socket", LevelOK, "hello after "+latency(float64(time.Since(began).Milliseconds())), "")
}

// dial opens a socket until it says hello.
func (c *checkup) dial(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, helloWithin)
	defer cancel()
	client := socketmode.New(c.api)
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	stop := func(err error) error {
		cancel()
		<-ended
		return err
	}
	var last error
	for connects := 0; ; {
		select {
		case ev := <-client.Events:
			switch ev.Type {
			case socketmode.EventTypeHello:
				return stop(nil)
			case socketmode.EventTypeConnected:
				if connects++; connects > 3 {
					return stop(errStorm)
				}
			case socketmode.EventTypeConnectionError:
				if e, ok := ev.Data.(*slack.ConnectionErrorEvent); ok {
					last = quiet(e.ErrorObj)
				}
			}
		case err := <-ended:
			switch {
			case last != nil:
				return errors.New("no connection: " + strings.TrimSpace(last.Error()))
			case err == nil || errors.Is(err, context.DeadlineExceeded):
				return errors.New("no hello within " + helloWithin.String())
			}
			return errors.New("no connection: " + quiet(err).Error())
		}
	}
}
