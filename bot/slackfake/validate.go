package slackfake

import (
	"encoding/json"
)

// Problem is one thing that Slack rejects, in its words.
type Problem struct {
	Pointer string // a JSON pointer: /blocks/0/text/text
	Message string // must be less than 3001 characters
}

func (p Problem) String() string { return p.Message + " [json-pointer:" + p.Pointer + "]" }

// ValidateBlocks tells what Slack would reject in the blocks of a message, as
// chat.postMessage answers it. A message that is only too long as a whole gets
// one problem, msg_blocks_too_long.
func ValidateBlocks(blocks []byte) []Problem {
	problems, tooLong := checkBlocks(blocks, surfaceMessage)
	if len(problems) == 0 && tooLong {
		return []Problem{{"/blocks", "msg_blocks_too_long"}}
	}
	return problems
}

// ValidateView tells what Slack would reject in a modal or a Home tab, as
// views.open answers it.
func ValidateView(view []byte) []Problem {
	c := &checker{blockIDs: map[string]bool{}}
	var v any
	if json.Unmarshal(view, &v) != nil {
		return []Problem{{"/view", notAnObject}}
	}
	c.view("/view", v)
	return c.problems
}

// surface is where blocks are shown; not every block may be shown everywhere.
type surface string

const (
	surfaceMessage surface = "message"
	surfaceModal   surface = "modal"
	surfaceHome    surface = "home"
)

const (
	notAnArray  = "must provide an array"
	notAnObject = "must provide an object"
	notAString  = "must provide a string"
)

// Limits of Block Kit: docs.slack.dev/reference/block-kit, and the models of
// Slack's own SDKs where those say more.
const (
	maxBlocks        = 50
	maxViewBlocks    = 100
	maxID            = 255
	maxSectionText   = 3000
	maxFields        = 10
	maxFieldText     = 2000
	maxHeaderText    = 150
	maxActions       = 25
	maxContext       = 10
	maxContextAction = 5
	maxButtonText    = 75
	maxButtonValue   = 2000
	maxURL           = 3000
	maxConfirmTitle  = 100
	maxConfirmText   = 300
	maxConfirmButton = 30
	maxOptionText    = 75
	maxOptionValue   = 150
	maxOptions       = 100
	maxFewOptions    = 10 // checkboxes and radio buttons
	maxOverflow      = 5
	maxPlaceholder   = 150
	maxLabel         = 2000
	maxInput         = 3000
	maxViewTitle     = 24
	maxPrivate       = 3000
	maxTableRows     = 100
	maxDataRows      = 201
	maxColumns       = 20
	maxCardTitle     = 150
	maxCardBody      = 200
	maxCards         = 10
	maxChildren      = 10
	// Not documented: all text of a message's blocks together, as bolt-js issue
	// 2509 found it.
	maxBlocksText = 13_200
)
