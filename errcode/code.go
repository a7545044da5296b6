package errcode

import "strconv"

// Code is the number of one outcome of joining or being in a meeting: what
// apps read as errorCode. Zero is success.
type Code int

// The codes of the reference table, in rising order.
const (
	Success                         Code = 0
	Fail                            Code = 1
	MeetingNotInit                  Code = 2
	EmailRequired                   Code = 3000
	ErrorNotExist                   Code = 3001
	ErrorNotHost                    Code = 3003
	WrongMeetingPassword            Code = 3004
	AnotherMeetingRunning           Code = 3005
	MeetingNotStart                 Code = 3008
	BeRemoved                       Code = 3009
	RegistrationRequired            Code = 3099
	LoginRequired                   Code = 3100
	TokenError                      Code = 3265
	NotSupportWebclient             Code = 3603
	TSPNotSupport                   Code = 3608
	MeetingNotExistAlt              Code = 3610
	UseDesktopOrMobile              Code = 3611
	EmailBlocked                    Code = 3620
	NoResponseFromWeb               Code = 3621
	TokenErrorAlt                   Code = 3623
	HostEmailRequired               Code = 3624
	HostInactive                    Code = 3625
	HostNotFound                    Code = 3702
	APIKeyInvalid                   Code = 3704
	SignatureExpired                Code = 3705
	RoleError                       Code = 3708
	HostNotFoundAlt                 Code = 3709
	APIKeyDisabled                  Code = 3710
	CantHostConcurrent              Code = 3711
	SignatureInvalid                Code = 3712
	NoPermission                    Code = 3713
	ReConnecting                    Code = 4000
	Disconnect                      Code = 4001
	InvalidParameter                Code = 4003
	MeetingEnded                    Code = 4004
	MeetingCapacityReached          Code = 4005
	MeetingLocked                   Code = 4006
	RejectBarriers                  Code = 4007
	ParticipantExist                Code = 4008
	ServerError                     Code = 4009
	NotAllowCrossJoin               Code = 4011
	NotAllowAnonymousJoin           Code = 4012
	UserLevelTokenNotHaveHostZakObf Code = 4013
	BlockedByHostAdmin              Code = 6603
	SDKVersionUnsupported           Code = 10000
	UnableJoinEndedSimulive         Code = 13208
)

// Neighbours: codes outside the reference table that stand next to it. Apps meet
// them in the field; Entry.Neighbour marks them and their Description reports
// whether Anteroom raises them.
const (
	FailComponent              Code = 200
	MeetingNumberWrong         Code = 3706
	MeetingNumberNotFound      Code = 3707
	OBFTokenInvalid            Code = 4014
	OBFTokenOtherMeeting       Code = 4015
	RecordingTokenExpired      Code = 4016
	AuthorizedUserNotInMeeting Code = 4017
	LoginConflict              Code = 4018
	AuthorizedUserLeft         Code = 4019
)

// Name is the reference's upper-case name, such as MEETING_LOCKED, and empty
// for a number that is not in the catalogue.
func (c Code) Name() string {
	if i, ok := byCode[c]; ok {
		return rows[i].Name
	}
	return ""
}

// String is the number with its name, such as "4006 MEETING_LOCKED"; an
// unknown number is marked so. Use int(c) where only the number is wanted.
func (c Code) String() string {
	if name := c.Name(); name != "" {
		return strconv.Itoa(int(c)) + " " + name
	}
	return strconv.Itoa(int(c)) + " (unknown)"
}

// DocsPath is where the server shows the page about this code.
func (c Code) DocsPath() string { return "/docs/errors/" + strconv.Itoa(int(c)) }
