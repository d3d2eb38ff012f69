"""What can be done with a plan and in the chair. Every act asks the actor's role and writes its audit row."""
