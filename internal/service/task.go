package service

import (
	"path/filepath"
	"strings"
)

const taskName = `Scrubjay`

// task is one that Windows starts when the person logs on. It has no environment of its own: variables that are set for the account
// reach it.
func task(m Machine) Service {
	file := filepath.Join(m.Getenv("LOCALAPPDATA"), "Scrubjay", "task.xml")
	text := `<?xml version="1.0" encoding="UTF-8"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Scrubjay scrubs what AI assistants send</Description></RegistrationInfo>
  <Triggers><LogonTrigger><Enabled>true</Enabled><UserId>` + inXML(m.Account) + `</UserId></LogonTrigger></Triggers>
  <Principals><Principal id="Author"><UserId>` + inXML(m.Account) + `</UserId><LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author"><Exec><Command>` + inXML(m.Program) + `</Command><Arguments>serve --service</Arguments></Exec></Actions>
</Task>
`
	return Service{
		File:   file,
		text:   []byte(strings.ReplaceAll(text, "\n", "\r\n")),
		start:  [][]string{{"schtasks", "/Create", "/TN", taskName, "/XML", file, "/F"}, {"schtasks", "/Run", "/TN", taskName}},
		stop:   [][]string{{"schtasks", "/End", "/TN", taskName}, {"schtasks", "/Delete", "/TN", taskName, "/F"}},
		state:  [][]string{{"schtasks", "/Query", "/TN", taskName, "/FO", "LIST"}},
		absent: "there is no schtasks",
	}
}
