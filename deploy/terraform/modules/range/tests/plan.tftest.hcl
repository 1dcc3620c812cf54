variables {
  shop          = { host = "10.0.0.11", private_key_path = "/dev/null" }
  observability = { host = "10.0.0.12", private_key_path = "/dev/null" }
  source_dir    = "../../../.."
}

run "the_console_is_on_the_loopback_unless_asked_for" {
  command = plan

  assert {
    condition     = output.console_url == "http://127.0.0.1:7400"
    error_message = "the console is at ${output.console_url}"
  }
}

run "a_console_that_is_open_is_known_by_its_host" {
  command = plan

  variables {
    console_listen = "0.0.0.0"
  }

  assert {
    condition     = output.console_url == "http://10.0.0.12:7400"
    error_message = "the console is at ${output.console_url}"
  }
}

run "no_secret_is_an_input_or_an_output" {
  command = plan

  assert {
    condition     = !strcontains(output.login_command, "token")
    error_message = "a token is in the output"
  }
}

run "what_is_installed_must_be_there" {
  command = plan

  variables {
    source_dir = "/nonexistent"
  }

  expect_failures = [terraform_data.archive]
}

run "users_are_a_whole_number" {
  command = plan

  variables {
    users = 1.5
  }

  expect_failures = [var.users]
}

run "hosts_of_users_are_told_how_they_are_reached" {
  command = plan

  variables {
    load_hosts = [{ host = "10.0.0.21", private_key_path = "/dev/null" }, { host = "10.0.0.22", port = 2222, private_key_path = "/dev/null" }]
  }

  assert {
    condition     = length(output.ssh_commands.load) == 2 && strcontains(output.ssh_commands.load[1], "-p 2222 root@10.0.0.22")
    error_message = "they are ${jsonencode(output.ssh_commands.load)}"
  }
}

run "a_host_of_users_is_named_once" {
  command = plan

  variables {
    load_hosts = [{ host = "10.0.0.21", private_key_path = "/dev/null" }, { host = "10.0.0.21", private_key_path = "/dev/null" }]
  }

  expect_failures = [var.load_hosts]
}
