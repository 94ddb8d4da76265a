package main

func random() {}
